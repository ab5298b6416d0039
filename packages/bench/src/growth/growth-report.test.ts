import { describe, expect, it } from "vitest";
import { growthCurves } from "../docs/growth-curves.ts";
import { type MeasuredAxis, steepSteps, stepText } from "./growth-report.ts";

const point = (x: number, seconds: number, cpuSeconds: number, floorSeconds: number) => ({
  x,
  results: [
    {
      measure: "plain" as const,
      ...{ seconds, cpuSeconds, floorSeconds, floorCpuSeconds: 2 * floorSeconds, spread: 0 },
      ...{ peakBytes: 2 ** 20, floorBytes: 2 ** 20 },
    },
  ],
});
const axis: MeasuredAxis = {
  name: "prompts",
  title: "prompts of 15 tokens",
  points: [point(1, 1, 2, 1), point(2, 2.4, 4, 2), point(4, 6.2, 8, 4)],
};

describe("steepSteps", () => {
  it("are those that grew more than a quarter over their floor", () => {
    // 2.4 is 1.2 times as much as the floor's growth, 6.2 / 2.4 is 1.29 times.
    const steps = steepSteps([axis]);
    expect(steps.map(({ from, to, what }) => [from, to, what])).toEqual([[2, 4, "wall"]]);
    expect(stepText(steps[0]!)).toBe("plain, prompts 2 to 4: wall x 2.58, floor x 2.00 (1.29)");
  });
});

describe("growthCurves", () => {
  it("draw each measure beside its floor", () => {
    const [seconds, memory] = growthCurves(axis);
    expect(seconds!.name).toBe("prompts-seconds");
    expect(seconds!.curve.across).toBe("prompts of 15 tokens");
    expect(seconds!.curve.points.slice(0, 2)).toEqual([
      { size: 1, value: 1, series: "plain" },
      { size: 1, value: 1, series: "floor of plain" },
    ]);
    expect(memory!.curve.points[0]).toEqual({ size: 1, value: 1, series: "plain" });
  });
});
