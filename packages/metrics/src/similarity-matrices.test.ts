import { Graph, PruneScores } from "@autocircuit/core";
import { expect, it } from "vitest";
import { similarityMatrices } from "./similarity-matrices.ts";

const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
const larger = Graph.of({ layers: 2, heads: 1, attnOnly: true, parallel: false });
const scores = (...values: number[]) => new PruneScores(graph, Float32Array.from(values));
const three = { a: scores(5, -4, 3, 2, 1), b: scores(-4, 5, 1, 2, 3), tied: scores(1, 1, 1, 0, 0) };

it("is a matrix a task and size, the known circuit's first", () => {
  const matrices = similarityMatrices(
    { one: three, two: { a: three.a }, large: { a: new PruneScores(larger) } },
    { sizes: [2, 3, 9], knownEdgeCounts: { one: 3, two: null } },
  );
  expect(matrices.map(({ task, size, isKnownSize }) => [task, size, isKnownSize])).toEqual([
    ["one", 3, true],
    ["one", 2, false],
    ["two", 2, false],
    ["two", 3, false],
    // The other graphs have no nine edges.
    ["large", 2, false],
    ["large", 3, false],
    ["large", 9, false],
  ]);
  expect(matrices[0]!.algorithms).toEqual(["a", "b", "tied"]);
  expect(matrices[0]!.overlap).toEqual([
    [1, 2 / 3, 1],
    [2 / 3, 1, 2 / 3],
    [1, 2 / 3, 1],
  ]);
  expect(matrices[0]!.jaccard[0]).toEqual([1, 2 / 4, 1]);
  // Ties make one circuit larger than two edges.
  expect(matrices[1]!.overlap).toEqual([
    [1, 1, Number.NaN],
    [1, 1, Number.NaN],
    [Number.NaN, Number.NaN, Number.NaN],
  ]);
  expect(matrices[1]!.jaccard[2]).toEqual([2 / 3, 2 / 3, 1]);
});

it.each([
  [{ one: three }, {}, /no size at which to compare circuits of the task "one"/],
  [{ one: three }, { knownEdgeCounts: { two: 3 } }, /no size/],
  [{ one: three }, { sizes: [2, 6] }, /A circuit of 6 edges is more than the graph has: give at most 5/],
  [{ one: three, two: three }, { sizes: [6] }, /6 edges is more than the graph of any task has: give at most 5/],
  [{ one: three }, { knownEdgeCounts: { one: 6 } }, /6 edges is more than the graph of the task "one" has/],
  [{ one: { a: 5 } }, { sizes: [1] }, /\{ task: \{ algorithm: PruneScores \} \}/],
  [
    { one: { ...three, other: new PruneScores(graph.with({ separateQkv: false })) } },
    { sizes: [1] },
    /another graph than the second's: separateQkv/,
  ],
])("case %#: an error", (given, options, message) => {
  expect(() => similarityMatrices(given as never, options)).toThrow(message);
});
