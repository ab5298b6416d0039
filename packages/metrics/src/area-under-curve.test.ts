import { describe, expect, it } from "vitest";
import { areaUnderCurve } from "./area-under-curve.ts";

const points = (...pairs: [number, number][]) => pairs.map(([size, value]) => ({ size, value }));

describe("areaUnderCurve", () => {
  it("is that of trapezoids above the baseline", () => {
    // Heights above 2: 0, 1, 3. Widths 1 and 4: 0.5 + 8.
    expect(areaUnderCurve(points([0, 2], [1, 3], [5, 5]))).toBeCloseTo(8.5, 12);
    expect(areaUnderCurve(points([5, 5], [0, 2], [1, 3]))).toBeCloseTo(8.5, 12);
  });

  it("leaves out the stretch from size 0 on a logarithmic axis", () => {
    // From 1 to 10 one decade, heights 1 and 3: 2. From 10 to 1000 two decades, heights 3 and 4: 7.
    expect(areaUnderCurve(points([0, 1], [1, 2], [10, 4], [1000, 5]), { logX: true })).toBeCloseTo(9, 12);
  });

  it("takes values on a logarithmic axis from yMin on", () => {
    // log10(y / 0.01): 100 -> 4, 1 -> 2, 0.001 is raised to 0.01 -> 0. Baseline 100 as it is, so heights -96, -98, -100.
    const curve = points([0, 100], [1, 1], [2, 0.001]);
    expect(areaUnderCurve(curve, { logY: true, yMin: 0.01 })).toBe(1e-3);
    expect(areaUnderCurve(curve, { logY: true, yMin: 0.01, smallest: -1000 })).toBeCloseTo(-97 - 99, 12);
    // On the axis the baseline is 4: heights 0, -2, -4.
    const onAxis = { logY: true, yMin: 0.01, smallest: -1000, baselineOnAxis: true };
    expect(areaUnderCurve(curve, onAxis)).toBeCloseTo(-1 - 3, 12);
  });

  it("is never below the smallest area", () => {
    expect(areaUnderCurve(points([0, 1], [3, 0]))).toBe(1e-3);
    expect(areaUnderCurve(points([0, 1]), { smallest: 0 })).toBe(0);
  });

  it("says what is missing", () => {
    expect(() => areaUnderCurve(points([1, 1], [2, 2]))).toThrow(/size 0/);
    expect(() => areaUnderCurve([])).toThrow(/size 0/);
    expect(() => areaUnderCurve(points([0, 1]), { logY: true })).toThrow(/`yMin`/);
    expect(() => areaUnderCurve(points([0, 1]), { logY: true, yMin: 0 })).toThrow(/`yMin`/);
  });
});
