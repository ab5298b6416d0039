import { describe, expect, it } from "vitest";
import { fingerprintOf, type StoredWeight } from "./fingerprint.ts";

const weight = (name: string, values: Uint8Array): StoredWeight => ({
  ...{ name, type: "F32", shape: [values.length / 4], bytes: values.length },
  read: (offset, length) => values.subarray(offset, offset + length),
});
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 31) % 251);
const of = (big: Uint8Array, small = bytes(40), config: object = { n_layer: 2 }) =>
  fingerprintOf({ ...config }, [weight("big", big), weight("small", small)]);

describe("the fingerprint of a model", async () => {
  // Longer than what is read at once.
  const big = bytes(3 * 2 ** 18 + 32);
  const plain = await of(big);

  it("is short, and the same for the same numbers, in whatever order they lie", async () => {
    expect(plain).toMatch(/^v2:[0-9a-f]{16}$/);
    expect(await fingerprintOf({ n_layer: 2 }, [weight("small", bytes(40)), weight("big", big)])).toBe(plain);
    expect(await of(big, bytes(40), { n_layer: 2, _name_or_path: "elsewhere", transformers_version: "5" })).toBe(plain);
    const rows = (config: object) => of(big, bytes(40), config);
    expect(await rows({ a: { b: 1, c: 2 }, d: 3 })).toBe(await rows({ d: 3, a: { c: 2, b: 1 } }));
  });

  it("is another where a setting, a name, a shape or a type is", async () => {
    expect(await of(big, bytes(40), { n_layer: 3 })).not.toBe(plain);
    expect(await fingerprintOf({ n_layer: 2 }, [weight("big", big), weight("tall", bytes(40))])).not.toBe(plain);
    for (const other of [{ shape: [2, big.length / 8] }, { type: "I32" }]) {
      const changed = { ...weight("big", big), ...other };
      expect(await fingerprintOf({ n_layer: 2 }, [changed, weight("small", bytes(40))])).not.toBe(plain);
    }
  });

  it("is another where any byte of any weight is, wherever it lies", async () => {
    for (const place of [0, 17, 39]) expect(await of(big, bytes(40).with(place, 255))).not.toBe(plain);
    const places = [0, 12_345, 2 ** 18 - 1, 2 ** 18, 500_001, 3 * 2 ** 18, big.length - 1];
    const seen = new Set([plain]);
    for (const place of places) seen.add(await of(big.with(place, big[place]! ^ 1)));
    expect(seen.size).toBe(places.length + 1);
  });

  it("is no longer made once it is stopped", async () => {
    const endless = { ...weight("big", big), bytes: 2 ** 40, read: () => big.subarray(0, 2 ** 18) };
    await expect(fingerprintOf({}, [endless], AbortSignal.timeout(20))).rejects.toMatchObject({ code: "aborted" });
  });
});
