import { expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { type Rank, rankedAs, rankOfScores } from "../scores/ranked-edges.ts";
import { chosenCircuits } from "./chosen-circuits.ts";
import { circuitBySize, circuitsOfSizes } from "./circuits-of-sizes.ts";
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

it("takes by signed scores exactly as many, the first among equals, and what is no part of it last", () => {
  const signed = new PruneScores(graph);
  signed.values.fill(-3);
  signed.values.set([-5, 2, Number.NEGATIVE_INFINITY, 2, 1]);
  const circuits = circuitsOfSizes(signed, [3, 0, 1, graph.edgeCount, 2, 2], "signed");
  expect(circuits.map(({ circuit, asked }) => [[...circuit.indices], asked])).toEqual([
    [[], [0]],
    [[1], [1]],
    [[1, 3], [2]],
    [[1, 3, 4], [3]],
    [Array.from(graph.edges(), ({ index }) => index), [graph.edgeCount]],
  ]);
  expect(circuitsOfSizes(signed, [graph.edgeCount - 2], "signed")[0]!.circuit.indices).not.toContain(0);
  expect(() => circuitsOfSizes(signed, [graph.edgeCount, graph.edgeCount + 1], "signed")).toThrow(/Circuit size/);
  expect(() => circuitsOfSizes(signed, [-1], "signed")).toThrow(/`sizes` must be/);
  const two = new PruneScores(graph, signed.values.slice().fill(Number.NEGATIVE_INFINITY, 5));
  expect(() => circuitsOfSizes(two, [5], "signed")).toThrow(/only 4 edges have a score/);
});

it("ranks edges as the scores were found where nothing is said", () => {
  const values = new Float32Array(graph.edgeCount);
  values.set([-5, 2, 3]);
  const signed = new PruneScores(graph, values, { options: { rank: "signed", steps: 3 } });
  const edges = (scores: PruneScores, rank?: Rank) =>
    circuitsOfSizes(scores, [1], rank).map(({ circuit }) => circuit.indices[0]);
  expect([edges(signed), edges(signed, "absolute"), edges(new PruneScores(graph, values))]).toEqual([[2], [0], [0]]);
  expect(circuitBySize(signed)(2).indices).toEqual(Uint32Array.of(1, 2));
  const chosen = (rank?: Rank) => chosenCircuits(graph, { scores: signed, sizes: [1], rank })[0]!.circuit.indices[0];
  expect([chosen(), chosen("absolute")]).toEqual([2, 0]);
  const usual = rankedAs(signed, "absolute");
  expect([rankOfScores(usual), usual.info.options, usual.values]).toEqual(["absolute", { steps: 3 }, values]);
  expect(rankedAs(usual, "signed").info).toEqual(signed.info);
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
