import { Circuit, Graph } from "@autocircuit/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareCircuits, compareEdgeSets } from "./compare-edge-sets.ts";

describe("compareEdgeSets", () => {
  test("counts by hand", () => {
    expect(compareEdgeSets([0, 1, 2, 2], [1, 2, 3, 4], 10)).toEqual({
      truePositives: 2,
      falsePositives: 1,
      falseNegatives: 2,
      trueNegatives: 5,
      precision: 2 / 3,
      recall: 1 / 2,
      falsePositiveRate: 1 / 6,
      f1: 4 / 7,
      jaccard: 2 / 5,
    });
  });

  test("empty sets", () => {
    expect(compareEdgeSets([], [], 4)).toMatchObject({ precision: 1, recall: 1, jaccard: 1, trueNegatives: 4 });
    expect(compareEdgeSets([], [1], 4)).toMatchObject({ precision: 1, recall: 0, jaccard: 0, f1: 0 });
    expect(compareEdgeSets([0, 1], [0, 1], 2)).toMatchObject({ falsePositiveRate: 0, f1: 1 });
  });

  test("the four counts add up to the graph, and swapping the sets swaps precision and recall", () => {
    const edges = fc.uniqueArray(fc.nat(19));
    fc.assert(
      fc.property(edges, edges, (found, known) => {
        const there = compareEdgeSets(found, known, 20);
        const back = compareEdgeSets(known, found, 20);
        expect(there.truePositives + there.falsePositives + there.falseNegatives + there.trueNegatives).toBe(20);
        expect(back.precision).toBe(there.recall);
        expect(back.jaccard).toBe(there.jaccard);
      }),
    );
  });
});

describe("compareCircuits", () => {
  const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });

  test("compares the edges of two circuits of a graph", () => {
    const found = Circuit.of(graph, ["A0.0->Resid End", "Resid Start->A0.0.V"]);
    const known = Circuit.of(graph, ["A0.0->Resid End"]);
    expect(compareCircuits(found, known)).toMatchObject({
      truePositives: 1,
      falsePositives: 1,
      trueNegatives: 3,
      recall: 1,
    });
  });

  test("circuits of different graphs are an error", () => {
    const byToken = Circuit.of(graph.byToken(2), []);
    expect(() => compareCircuits(byToken, Circuit.of(graph, []))).toThrow(
      "The circuit found is of another graph than the known one's: seqLen is 2, wanted null.",
    );
  });
});
