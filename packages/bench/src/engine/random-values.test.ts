import { describe, expect, it } from "vitest";
import { RandomValues } from "./random-values.ts";

describe("RandomValues", () => {
  it("is normal enough and repeats itself", () => {
    const values = new RandomValues(3).normal(20_000, 2);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
    expect(new RandomValues(3).normal(5, 2)).toEqual(values.slice(0, 5));
  });

  it("draws integers in range, and distinct ones", () => {
    const random = new RandomValues(7);
    expect(random.integers(1000, 3).every((value) => [0, 1, 2].includes(value))).toBe(true);
    expect(new Set(random.distinct(50, 60)).size).toBe(50);
    expect(random.distinct(5, 5).toSorted()).toEqual([0, 1, 2, 3, 4]);
  });
});
