import { describe, expect, test } from "vitest";
import { rankEdges } from "./ranking.ts";

describe("rankEdges", () => {
  test("takes absolute values, infinite scores first and ties together", () => {
    const points = rankEdges([-2, 1, 1, Number.POSITIVE_INFINITY, 0], [0, 1]);
    expect(points.map((point) => [point.threshold, point.size, point.truePositives])).toEqual([
      [Number.NaN, 0, 0],
      [Number.POSITIVE_INFINITY, 1, 0],
      [2, 2, 1],
      [1, 4, 2],
      [0, 5, 2],
    ]);
  });

  test("infinity comes first, and minus infinity, which marks an edge as outside, last", () => {
    const [, first, second] = rankEdges([Number.NEGATIVE_INFINITY, 1, Number.POSITIVE_INFINITY], [2]);
    expect(first).toMatchObject({ size: 1, truePositives: 1 });
    expect(second).toMatchObject({ size: 2, truePositives: 1 });
  });

  test("names a NaN score and an edge outside the graph", () => {
    expect(() => rankEdges([1, Number.NaN], [0])).toThrow(/edge 1 is NaN/);
    expect(() => rankEdges([1, 2], [2])).toThrow(/edge 2 does not exist/);
  });
});
