import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { rankSimilarity, scoreOverlap } from "./compare-scores.ts";

// Resid Start to Q, K, V of one head and to the end, the head to the end: 5 edges.
const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
const scores = (...values: number[]) => new PruneScores(graph, Float32Array.from(values));

describe("scoreOverlap", () => {
  it("is the share of edges that both circuits have", () => {
    // By size: the first puts edges 0, 1, 2, .. first, the second 1, 0, 4, ..
    const a = scores(5, -4, 3, 2, 1);
    const b = scores(-4, 5, 1, 2, 3);
    expect(scoreOverlap(a, b, [1, 2, 3, 5])).toEqual([
      { size: 1, edges: [1, 1], jaccard: 0, overlap: 0 },
      { size: 2, edges: [2, 2], jaccard: 1, overlap: 1 },
      { size: 3, edges: [3, 3], jaccard: 2 / 4, overlap: 2 / 3 },
      { size: 5, edges: [5, 5], jaccard: 1, overlap: 1 },
    ]);
  });

  it("has no overlap where ties change the size", () => {
    const [tied, empty] = scoreOverlap(scores(1, 1, 1, 0, 0), scores(3, 2, 1, 0, 0), [2, 0]);
    expect(tied).toEqual({ size: 2, edges: [3, 2], jaccard: 2 / 3, overlap: Number.NaN });
    expect(empty).toEqual({ size: 0, edges: [0, 0], jaccard: 1, overlap: Number.NaN });
  });

  it("takes infinite scores: first, or last where they mark an edge as outside", () => {
    const [found, apart] = scoreOverlap(scores(Infinity, 2, 1, 0, 0), scores(3, -Infinity, 2, 0, 0), [1, 2]);
    expect(found!.jaccard).toBe(1);
    expect(apart!.jaccard).toBe(1 / 3);
  });
});

describe("rankSimilarity", () => {
  it("is 1 for the same order, -1 for the opposite one, whatever the signs", () => {
    expect(rankSimilarity(scores(1, -2, 3, 4, 5), scores(10, 20, -30, 400, Infinity))).toBeCloseTo(1, 12);
    expect(rankSimilarity(scores(1, 2, 3, 4, 5), scores(5, -4, 3, 2, 1))).toBeCloseTo(-1, 12);
  });

  it("is Spearman's coefficient", () => {
    // Ranks 0..4 and 1, 0, 3, 2, 4: squared differences 1, 1, 1, 1, 0; 1 - 6 * 4 / (5 * 24).
    expect(rankSimilarity(scores(1, 2, 3, 4, 5), scores(2, 1, 4, 3, 5))).toBeCloseTo(0.8, 12);
  });

  it("gives ties their mean rank", () => {
    // Ranks 0.5, 0.5, 2, 3, 4 and 0..4, less 2: products 3 + 1.5 + 0 + 1 + 4 over sqrt(9.5 * 10).
    expect(rankSimilarity(scores(1, 1, 2, 3, 4), scores(1, 2, 3, 4, 5))).toBeCloseTo(9.5 / Math.sqrt(95), 12);
    expect(rankSimilarity(scores(1, 1, 1, 1, 1), scores(1, 2, 3, 4, 5))).toBeNaN();
  });

  it("refuses other graphs and NaN", () => {
    const other = new PruneScores(graph.byToken(2));
    expect(() => rankSimilarity(scores(1, 2, 3, 4, 5), other)).toThrow(
      "The first scores are of another graph than the second's: seqLen is null, wanted 2.",
    );
    expect(() => scoreOverlap(scores(1, 2, 3, 4, 5), other, [1])).toThrow(/another graph than the second's: seqLen/);
    expect(() => rankSimilarity(scores(1, 2, Number.NaN, 4, 5), scores(1, 2, 3, 4, 5))).toThrow(/edge 2 is NaN/);
  });
});
