import { describe, expect, it } from "vitest";
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from "./half.ts";

const everyPattern = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

describe("float16", () => {
  it("survives a round trip for every bit pattern that is a number", () => {
    const values = decodeFloat16(everyPattern);
    const back = encodeFloat16(values);
    for (let bits = 0; bits < 65536; bits++) {
      if (Number.isNaN(values[bits]!)) expect(back[bits]! & 0x7fff).toBeGreaterThan(0x7c00);
      else if (back[bits] !== bits) expect.fail(`0x${bits.toString(16)} became 0x${back[bits]!.toString(16)}`);
    }
  });

  it("knows the landmarks", () => {
    expect([...decodeFloat16(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00))]).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it("rounds ties to even and overflows to infinity", () => {
    const tie = 1 + 2 ** -11;
    const bits = encodeFloat16(Float32Array.of(tie, 1 + 3 * 2 ** -11, 65519, 65520, -1e9));
    expect([...bits]).toEqual([0x3c00, 0x3c02, 0x7bff, 0x7c00, 0xfc00]);
  });
});

describe("bfloat16", () => {
  it("survives a round trip for every bit pattern that is a number", () => {
    const values = decodeBfloat16(everyPattern);
    const back = encodeBfloat16(values);
    for (let bits = 0; bits < 65536; bits++) {
      if (Number.isNaN(values[bits]!)) expect(back[bits]).toBe(0x7fc0);
      else if (back[bits] !== bits) expect.fail(`0x${bits.toString(16)} became 0x${back[bits]!.toString(16)}`);
    }
  });

  it("rounds ties to even", () => {
    const values = decodeBfloat16(
      encodeBfloat16(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -12)),
    );
    expect([...values]).toEqual([1, 1 + 2 ** -6, 1 + 2 ** -7]);
  });
});
