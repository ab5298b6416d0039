import { Circuit, Graph, PruneScores } from "@autocircuit/core";
import { expect, it } from "vitest";
import { ScoreSets } from "./score-sets.ts";

const graph = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });
const values = new Float32Array(graph.edgeCount).fill(-0.5);
values.set([-3, 1, 2, 2]);

function edgesOf(sets: ScoreSets, id: string, size: number): number[] {
  const { edges } = sets.circuit(id, size);
  return [...edges.keys()].filter((edge) => edges[edge]);
}

it("chooses circuits by what the scores were found with", () => {
  const sets = new ScoreSets(graph);
  const add = (info: object) => sets.add({ name: "a", origin: "a test", of: new PruneScores(graph, values, info) });
  const [usual, signed] = [add({}), add({ options: { rank: "signed" } })];
  expect([usual.rank, signed.rank]).toEqual(["absolute", "signed"]);
  expect([1, 2].map((size) => edgesOf(sets, usual.id, size))).toEqual([[0], [0, 2, 3]]);
  expect([0, 1, 2, 3].map((size) => edgesOf(sets, signed.id, size))).toEqual([[], [2], [2, 3], [1, 2, 3]]);
});

it("gives a circuit whatever the size", () => {
  const sets = new ScoreSets(graph);
  const { id } = sets.add({ name: "a", origin: "a test", of: Circuit.of(graph, [1, 5]) });
  expect(edgesOf(sets, id, 1)).toEqual([1, 5]);
});
