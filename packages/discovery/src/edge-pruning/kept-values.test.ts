import { describe, expect, it } from "vitest";
import { hardConcreteShift } from "../masks/hard-concrete.ts";
import { deterministicMasks, keepProbabilities, keptByThreshold, softSparsity } from "./kept-values.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("masks without chance", () => {
  it("probabilities of being kept stay off 0 and 1", () => {
    const [middle, high, low] = keepProbabilities([hardConcreteShift, 100, -100]);
    expect(middle).toBeCloseTo(0.5, 12);
    expect(high).toBe(1 - 1e-6);
    expect(low).toBe(1e-6);
  });

  it("as many are 0 as are to be expected, the least of them", () => {
    // Two that are surely kept, two that surely are not, one in the middle: 2.5 expected, which rounds to 3 (by the next one's size).
    const masks = deterministicMasks([9, -9, hardConcreteShift - 0.1, 8, -8]);
    expect(Array.from(masks, (mask) => mask > 0)).toEqual([true, false, false, true, false]);
    expect(masks[0]).toBeCloseTo(sigmoid(9 * 1.5 * 0.8), 6);
  });

  it("the threshold leaves out no more than their sparsity says", () => {
    const masks = [0.9, 0.8, 0.1, 0, 0];
    expect(softSparsity(masks)).toBeCloseTo(1 - 1.8 / 5, 12);
    // 3.2 of 5 may go.
    expect(keptByThreshold(masks)).toEqual([true, true, false, false, false]);
    expect(keptByThreshold([1, 1])).toEqual([true, true]);
  });
});
