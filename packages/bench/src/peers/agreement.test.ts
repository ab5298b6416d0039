import { describe, expect, it } from "vitest";
import { agreement } from "./agreement.ts";

describe("agreement", () => {
  it("is the largest difference as a share of the largest number", () => {
    const found = agreement(Float32Array.of(1, -4, 0), Float32Array.of(1, -4.002, 0.001));
    expect(found.largest).toBeCloseTo(0.0005, 6);
    expect(found.agrees).toBe(true);
    expect(agreement(Float32Array.of(1), Float32Array.of(1.1)).agrees).toBe(false);
  });

  it("takes NaN for no agreement, wherever it stands", () => {
    expect(agreement(Float32Array.of(1, 2), Float32Array.of(Number.NaN, 2)).agrees).toBe(false);
    expect(agreement(Float32Array.of(Number.NaN, 2), Float32Array.of(1, 2)).agrees).toBe(false);
  });

  it("does not compare lists of different lengths", () => {
    expect(() => agreement(Float32Array.of(1), Float32Array.of(1, 2))).toThrow(/1 numbers here and 2 there/);
  });
});
