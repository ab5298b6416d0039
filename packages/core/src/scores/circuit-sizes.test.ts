import { describe, expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { circuitSizes } from "./circuit-sizes.ts";
import { PruneScores } from "./prune-scores.ts";

const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
/** Scores of a graph of five edges, zeros behind those given. */
const scoresOf = (...values: number[]) => {
  const scores = new PruneScores(graph);
  scores.values.set(values);
  return scores;
};
const off = { zeroEdges: false, allEdges: false };
const on = { zeroEdges: true, allEdges: true };

describe("circuitSizes", () => {
  it("all sizes, and round ones", () => {
    expect(circuitSizes(5, { rule: "all" })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(circuitSizes(35, { rule: "logarithmic" })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 35]);
    expect(circuitSizes(35, { rule: "logarithmic", ...off })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30]);
    expect(circuitSizes(3000, { rule: "all" })).toHaveLength(3001);
  });

  it("shares of all edges, rounded down, beside sizes", () => {
    expect(circuitSizes(77, { shares: [0, 0.5, 1] })).toEqual([0, 38, 77]);
    expect(circuitSizes(77, { shares: [0, 1], sizes: [5] })).toEqual([0, 5, 77]);
    expect(circuitSizes(77, { shares: [0.5], sizes: [5, 5], rule: "logarithmic" })).toContain(38);
  });

  it("a short list is left without the empty circuit and the whole graph, unless they are asked for", () => {
    expect(circuitSizes(5, { sizes: [0, 5] })).toEqual([]);
    expect(circuitSizes(5, { sizes: [0, 5], ...on })).toEqual([0, 5]);
    expect(circuitSizes(5, { sizes: [3], allEdges: true })).toEqual([3, 5]);
    expect(circuitSizes(5, { sizes: [1, 2, 3], zeroEdges: false })).toEqual([1, 2, 3, 5]);
    expect(circuitSizes(5, { sizes: [1], knownEdgeCount: 4 })).toEqual([1, 4]);
  });

  it.each<[number[], number[], number[]]>([
    [[], [], [0, 5]],
    [[1], [1], [0, 1, 5]],
    [[1, 1], [2], [0, 2, 5]],
    [
      [2, 1, 1],
      [1, 3],
      [0, 1, 3, 5],
    ],
    [
      [2, 2, 1],
      [2, 3],
      [0, 2, 3, 5],
    ],
  ])("groups of %j end at %j; with both switches %j", (values, without, withBoth) => {
    const scores = scoresOf(...values);
    expect(circuitSizes(graph, { rule: "ties", scores, ...off })).toEqual(without);
    expect(circuitSizes(graph, { rule: "ties", scores, ...on })).toEqual(withBoth);
  });

  it("edges that scores leave out are in no size but all", () => {
    const scores = scoresOf(3, 2, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(circuitSizes(graph, { rule: "all", scores })).toEqual([0, 1, 2, 5]);
  });

  it.each([
    [{ sizes: [6] }, /6 edges is more than the graph has: at most 5/],
    [{ knownEdgeCount: 9 }, /9 edges is more/],
    [{ shares: [1.5] }, /`shares`.*from 0 to 1/],
    [{ rule: "ties" }, /give `scores`/],
    [{ rule: "round" }, /`rule` must be one of all, logarithmic, ties/],
    [{ scores: new PruneScores(graph.with({ separateQkv: false })) }, /scores are of 3 edges, the graph has 5/],
  ])("%j is an error", (options, message) => {
    expect(() => circuitSizes(graph, options as never)).toThrow(message);
  });
});
