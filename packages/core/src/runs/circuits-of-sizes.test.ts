import { expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { circuitsOfSizes } from "./circuits-of-sizes.ts";
import { patchPlan } from "./patch-plan.ts";

const graph = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });
const scores = new PruneScores(graph);
scores.values.set([Number.POSITIVE_INFINITY, -2, 2, 1]);

it("gives every circuit once, by growing size, with the sizes that led to it", () => {
  const circuits = circuitsOfSizes(scores, [graph.edgeCount, 3, 0, 2, 2, 1, 7]);
  expect(circuits.map(({ circuit, asked }) => [circuit.size, asked])).toEqual([
    [0, [0]],
    [1, [1]],
    [3, [2, 3]],
    [graph.edgeCount, [7, graph.edgeCount]],
  ]);
});

it("refuses sizes that cannot be", () => {
  expect(() => circuitsOfSizes(scores, [graph.edgeCount + 1])).toThrow(/Circuit size/);
  expect(() => circuitsOfSizes(scores, [-1])).toThrow(
    /`sizes` must be a list, each entry a whole number of at least 0/,
  );
});

it("tree runs clean and edge runs corrupt, unless reversed", () => {
  expect(patchPlan("tree", false)).toEqual({ run: "clean", ablateFrom: "corrupt" });
  expect(patchPlan("edge", false)).toEqual({ run: "corrupt", ablateFrom: "clean" });
  expect(patchPlan("tree", true)).toEqual(patchPlan("edge", false));
  expect(patchPlan("edge", true)).toEqual(patchPlan("tree", false));
});
