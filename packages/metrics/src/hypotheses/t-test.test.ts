import { describe, expect, it } from "vitest";
import { incompleteBeta } from "./incomplete-beta.ts";
import { tTest } from "./t-test.ts";

// Expected numbers are SciPy's (`betainc`, `ttest_ind`).
describe("incompleteBeta", () => {
  it.each([
    [0.5, 0.5, 0.3, 0.36901011956554536],
    [5, 0.5, 0.9, 0.3166429150200122],
    [100, 0.5, 0.99, 0.1567758654244408],
    [2, 3, 0.4, 0.5247999999999999],
    [0.7, 12, 0.01, 0.23646200471340817],
    [500, 0.5, 0.5, 1.0887202471751264e-152],
  ])("I(%d, %d) at %d", (a, b, x, expected) => {
    expect(Math.abs(incompleteBeta(a, b, x) / expected - 1)).toBeLessThan(1e-10);
  });

  it("goes from 0 to 1", () => {
    expect([incompleteBeta(2, 3, 0), incompleteBeta(2, 3, 1)]).toEqual([0, 1]);
  });
});

describe("tTest", () => {
  const a = [3.1, 2.7, 4, 3.3, 2.9, 3.8];
  const b = [2, 2.9, 1.5, 2.2];

  it("is Welch's, or Student's", () => {
    const welch = tTest(a, b);
    expect(welch.statistic).toBeCloseTo(3.2206441932644227, 10);
    expect(welch.pValue).toBeCloseTo(0.018380868725666882, 10);
    const student = tTest(a, b, { equalVariances: true });
    expect(student.statistic).toBeCloseTo(3.3154498627196576, 10);
    expect(student.pValue).toBeCloseTo(0.01061172131255649, 10);
    expect(tTest(b, a)).toEqual({ statistic: -welch.statistic, pValue: welch.pValue });
  });

  it("of many numbers", () => {
    const many = Array.from({ length: 200 }, (_, i) => i % 7);
    const others = Array.from({ length: 150 }, (_, i) => (i % 5) + 0.4);
    const { statistic, pValue } = tTest(many, others);
    expect(statistic).toBeCloseTo(3.115705663121413, 10);
    expect(pValue).toBeCloseTo(0.00198804442137474, 10);
  });

  it("of equal lists says nothing, and of constant ones what can be said", () => {
    expect(tTest(a, a)).toEqual({ statistic: 0, pValue: 1 });
    expect(tTest([1, 1], [1, 1])).toEqual({ statistic: Number.NaN, pValue: Number.NaN });
    expect(tTest([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])).toEqual({ statistic: Number.NaN, pValue: Number.NaN });
    expect(tTest([2, 2], [1, 1])).toEqual({ statistic: Number.POSITIVE_INFINITY, pValue: 0 });
    expect(() => tTest([1], [1, 2])).toThrow(/`a` has 1 numbers/);
    expect(() => tTest([1, Number.NaN], [1, 2])).toThrow(/`a` must be a list, each entry a finite number/);
  });
});
