import { describe, expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { PruneScores } from "./prune-scores.ts";
import { actualSize, sortedMagnitudes } from "./threshold.ts";

const graph = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });
const { edgeCount } = graph;
const make = (...values: number[]) => {
  const scores = new PruneScores(graph);
  scores.values.set(values);
  return scores;
};

describe("PruneScores", () => {
  it("reads and writes single scores", () => {
    const scores = make();
    scores.set("A0.1->MLP 0", -2);
    expect(scores.get("A0.1->MLP 0")).toBe(-2);
    expect(scores.get(graph.edge(graph.index("A0.1->MLP 0")))).toBe(-2);
    const byToken = new PruneScores(graph.byToken(3));
    byToken.set("A0.1->MLP 0", 5, 2);
    expect(byToken.get(["A0.1->MLP 0", 2])).toBe(5);
    expect(byToken.get("A0.1->MLP 0", 1)).toBe(0);
    byToken.set("A0.1->MLP 0", 7);
    expect([0, 1, 2].map((token) => byToken.get("A0.1->MLP 0", token))).toEqual([7, 7, 7]);
    expect(byToken.values.filter((value) => value === 7)).toHaveLength(3);
    expect(() => byToken.get("A0.1->MLP 0")).toThrow(/by token; give a position/);
  });

  it("shows modules in the reference's shapes, without copying", () => {
    const scores = make();
    const { shape, values } = scores.module("blocks.0.hook_mlp_in");
    expect(shape).toEqual([3]);
    values[2] = 9;
    expect(scores.get("A0.1->MLP 0")).toBe(9);
    expect([...scores.modules().keys()]).toEqual(graph.groups.map((group) => group.module));
  });

  it("is made from modules", () => {
    const modules = Object.fromEntries(graph.groups.map(({ module, size }, i) => [module, Array(size).fill(i)]));
    const scores = PruneScores.fromModules(graph, modules);
    expect(scores.get("A0.1->MLP 0")).toBe(3);
    const { "blocks.0.hook_mlp_in": mlp, ...rest } = modules;
    expect(() => PruneScores.fromModules(graph, rest)).toThrow(/no values for blocks.0.hook_mlp_in/);
    expect(() => PruneScores.fromModules(graph, { ...rest, "blocks.0.hook_mlp_in": mlp!.slice(1) })).toThrow(
      /3 values; got 2/,
    );
    expect(() => PruneScores.fromModules(graph, { ...modules, "blocks.1.hook_mlp_in": [] })).toThrow(
      /blocks.1.hook_mlp_in/,
    );
  });

  it("orders by magnitude, ties by place", () => {
    const scores = make(1, -3, 2, -2);
    expect(scores.top(4).map((edge) => edge.index)).toEqual([1, 2, 3, 0]);
    expect(scores.top(3).map((edge) => edge.index)).toEqual([1, 2, 3]);
    expect(scores.top(2).map((edge) => edge.index)).toEqual([1, 2]);
    expect(scores.top(0)).toEqual([]);
    expect(scores.top(1000)).toHaveLength(edgeCount);
  });

  it("takes tied edges together", () => {
    const scores = make(1, -3, 2, -2);
    expect(scores.threshold(2)).toBe(2);
    expect([...scores.circuit(2).indices]).toEqual([1, 2, 3]);
    expect(scores.circuit(2).size).toBe(3);
    expect(scores.circuit(1).size).toBe(1);
    expect(scores.circuit(5).size).toBe(edgeCount);
    const sorted = sortedMagnitudes(scores.values);
    for (let size = 0; size <= edgeCount; size++) expect(actualSize(sorted, size)).toBe(scores.circuit(size).size);
  });

  it("has an empty circuit of size 0, with infinite scores too", () => {
    const scores = make(Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY);
    expect(scores.threshold(0)).toBe(Number.POSITIVE_INFINITY);
    expect(scores.circuit(0).size).toBe(0);
    expect([...scores.circuit(1).indices]).toEqual([0, 2]);
    expect([...scores.circuit(3).indices]).toEqual([0, 1, 2]);
    expect(scores.top(2).map((edge) => edge.index)).toEqual([0, 2]);
  });

  it("says what is wrong", () => {
    expect(() => new PruneScores(graph, new Float32Array(3))).toThrow(
      `got 3 numbers for a graph of ${edgeCount} edges`,
    );
    expect(() => make(1, Number.NaN).threshold(1)).toThrow(/edge number 1 is NaN/);
    expect(() => make().circuit(edgeCount + 1)).toThrow(/from 0 to/);
    expect(() => make().threshold(1.5)).toThrow(/Circuit size 1.5/);
    expect(() => make().get("nothing")).toThrow(/no edge/);
    expect(() => make().set("A0.0->MLP 0", 1, 4)).toThrow(/not by token/);
    expect(() => make().module("nowhere")).toThrow(/no destinations in/);
  });
});
