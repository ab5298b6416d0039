import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { rocCurve } from "./roc.ts";
import { rocAtSizes } from "./roc-at-sizes.ts";

// Resid Start to Q, K, V of one head and to the end, the head to the end: 5 edges.
const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
const scores = (...values: number[]) => new PruneScores(graph, Float32Array.from(values));
const rates = (points: readonly { falsePositiveRate: number; truePositiveRate: number }[]) =>
  points.map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]);

describe("rocAtSizes", () => {
  it("has the empty circuit, a point a size and the whole graph", () => {
    const points = rocAtSizes(scores(5, -4, 3, 2, 1), [0, 2], { sizes: [0, 1, 3] });
    expect(rates(points)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0.5],
      [1 / 3, 1],
      [1, 1],
    ]);
    expect(points.map(({ size }) => size)).toEqual([0, 0, 1, 3, 5]);
  });

  it("of all sizes has the points of the curve", () => {
    const given = scores(2, 1, 2, 0, 1);
    const all = rates(rocAtSizes(given, [0, 4], { sizes: [0, 1, 2, 3, 4, 5] }));
    for (const point of rates(rocCurve(given, [0, 4]).points)) expect(all).toContainEqual(point);
  });

  it("at size 0 has edges of infinite score only if asked", () => {
    const given = scores(Infinity, 1, Infinity, 0, 0);
    const at = (infiniteAtZero?: boolean) => rocAtSizes(given, [0], { sizes: [0], infiniteAtZero })[1]!;
    expect(at()).toEqual({ size: 0, truePositiveRate: 0, falsePositiveRate: 0 });
    expect(at(true)).toEqual({ size: 2, truePositiveRate: 1, falsePositiveRate: 1 / 4 });
  });

  it("refuses sizes and edges there are not", () => {
    expect(() => rocAtSizes(scores(1, 2, 3, 4, 5), [0], { sizes: [6] })).toThrow(/Circuit size 6/);
    expect(() => rocAtSizes(scores(1, 2, 3, 4, 5), ["A0.7->Resid End"])).toThrow(/A0\.7->Resid End/);
  });

  it("of a circuit without edges there is none", () => {
    const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
    expect(() => rocAtSizes(new PruneScores(graph), [])).toThrow(/The circuit has no edges/);
  });
});
