import { describe, expect, it } from "vitest";
import { sizeLevels } from "./curve-sizes.ts";
import { planCurve, SizeCosts } from "./plan-curve.ts";

describe("sizeLevels", () => {
  const sizes = Array.from({ length: 60 }, (_, i) => Math.round(1.2 ** i)).filter(
    (size, i, all) => size !== all[i - 1],
  );

  it("each has the sizes of the one before, both ends, and those that are always wanted", () => {
    const levels = sizeLevels(sizes, [sizes[20]!]);
    for (const [i, level] of levels.entries()) {
      expect(level).toEqual(level.toSorted((a, b) => a - b));
      expect(level).toEqual(expect.arrayContaining([1, sizes[20], sizes.at(-1), ...(levels[i - 1] ?? [])]));
    }
    expect(levels[0]!.length).toBeLessThan(levels[1]!.length);
    expect(levels[1]!.length).toBeLessThan(levels[2]!.length);
  });

  it("a few are taken as they are", () => {
    expect(sizeLevels([0, 1, 2])).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});

describe("planCurve", () => {
  const levels = [[1], [1, 2], [1, 2, 3]];
  const choice = { levels, promptCount: 100, measured: 4, costOf: () => 1, overhead: 0 };

  it("takes all sizes on all prompts if there is time", () => {
    expect(planCurve({ ...choice, seconds: 300 })).toEqual({ sizes: [1, 2, 3], promptCount: 100 });
  });

  it("takes fewer sizes rather than few prompts, and keeps within the time", () => {
    const plan = planCurve({ ...choice, seconds: 100 });
    expect(plan).toEqual({ sizes: [1, 2], promptCount: 52 });
    expect(plan.promptCount * plan.sizes.length - choice.measured).toBeLessThanOrEqual(100);
    expect(planCurve({ ...choice, seconds: 20 })).toEqual({ sizes: [1], promptCount: 24 });
    expect(planCurve({ ...choice, overhead: 1, seconds: 20 })).toEqual({ sizes: [1], promptCount: 14 });
    expect(planCurve({ ...choice, seconds: 0 })).toEqual({ sizes: [1], promptCount: 4 });
  });
});

it("costs between two sizes are in proportion", () => {
  const costs = new SizeCosts();
  expect(costs.of(5)).toBe(0);
  costs.observe(10, 1);
  costs.observe(20, 3);
  expect([5, 10, 15, 20, 30].map((size) => costs.of(size))).toEqual([1, 1, 2, 3, 3]);
});
