import { describe, expect, it } from "vitest";
import { fingerprintOf, type StoredWeight } from "./fingerprint.ts";

const weight = (name: string, values: Uint8Array): StoredWeight => ({
  ...{ name, type: "F32", shape: [values.length / 4], bytes: values.length },
  read: (offset, length) => values.subarray(offset, offset + length),
});
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 31) % 251);
const of = (big: Uint8Array, small = bytes(40), config: object = { n_layer: 2 }) =>
  fingerprintOf({ ...config }, [weight("big", big), weight("small", small)]);

describe("the fingerprint of a model", () => {
  const big = bytes(9 * 64 * 576 * 2);
  const plain = of(big);

  it("is short, and the same for the same numbers, in whatever order they lie", () => {
    expect(plain).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintOf({ n_layer: 2 }, [weight("small", bytes(40)), weight("big", big)])).toBe(plain);
    expect(of(big, bytes(40), { n_layer: 2, _name_or_path: "elsewhere", transformers_version: "5" })).toBe(plain);
    const rows = (config: object) => of(big, bytes(40), config);
    expect(rows({ a: { b: 1, c: 2 }, d: 3 })).toBe(rows({ d: 3, a: { c: 2, b: 1 } }));
  });

  it("is another where a setting, a name, a shape or any byte of a small weight is", () => {
    expect(of(big, bytes(40), { n_layer: 3 })).not.toBe(plain);
    expect(fingerprintOf({ n_layer: 2 }, [weight("big", big), weight("tall", bytes(40))])).not.toBe(plain);
    for (const place of [0, 17, 39]) expect(of(big, bytes(40).with(place, 255))).not.toBe(plain);
    const flat = { ...weight("big", big), shape: [576, big.length / 576 / 4] };
    expect(fingerprintOf({ n_layer: 2 }, [flat, weight("small", bytes(40))])).not.toBe(plain);
  });

  it("is another where a large weight begins or ends otherwise, or a head or rows of it are", () => {
    expect(of(big.with(0, 255))).not.toBe(plain);
    expect(of(big.with(-1, 255))).not.toBe(plain);
    // Each head's share of every row of attention's output.
    const [row, share] = [9 * 64 * 2, 64 * 2];
    for (let head = 0; head < 9; head++) {
      const without = big.map((value, i) => (Math.floor((i % row) / share) === head ? 0 : value));
      expect(of(without)).not.toBe(plain);
    }
    expect(of(big.map((value, i) => (Math.floor(i / row) >= 300 && i < 400 * row ? value + 1 : value)))).not.toBe(
      plain,
    );
  });
});
