import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { tracrReverseAcdcEdges, tracrReverseEdges } from "../tasks/tracr-reverse/edges.ts";
import { tracrXproportionAcdcEdges, tracrXproportionEdges } from "../tasks/tracr-xproportion/edges.ts";

const config = (layers: number) => ({ layers, heads: 1, attnOnly: false, parallel: false });
const reverse = Graph.of(config(4));
const xproportion = Graph.of(config(2));

const CIRCUITS = [
  { edges: tracrReverseEdges, graph: reverse, count: 2, positions: 4 },
  { edges: tracrReverseAcdcEdges, graph: reverse, count: 10, positions: 4 },
  { edges: tracrXproportionEdges, graph: xproportion, count: 3, positions: 5 },
  { edges: tracrXproportionAcdcEdges, graph: xproportion, count: 5, positions: 5 },
];

describe.each(CIRCUITS)("$edges.name", ({ edges, graph, count, positions }) => {
  it("gives distinct edges, once or once per published position", () => {
    const all = edges(graph);
    expect(new Set(all.map((edge) => edge.name)).size).toBe(count);
    expect(all).toHaveLength(count);
    expect(all.every((edge) => edge.token === null)).toBe(true);
    const byToken = edges({ graph: graph.byToken(6) });
    expect(byToken).toHaveLength(count * positions);
    expect(new Set(byToken.map((edge) => edge.index)).size).toBe(count * positions);
  });

  it("refuses another model", () => {
    expect(() => edges(Graph.of(config(3)))).toThrow(/layers with one head/);
    expect(() => edges(Graph.of({ ...config(graph.config.layers), heads: 2 }))).toThrow(/layers with one head/);
    expect(() => edges(graph.with({ factorized: false }))).toThrow(/factorised/);
    expect(() => edges(graph.with({ separateQkv: false }))).toThrow(/shared Q, K, V/);
  });

  it("refuses edges by token in a graph that is not, and edges without positions in one that is", () => {
    expect(() => edges(graph, { byToken: true })).toThrow(/need a graph by token/);
    expect(() => edges(graph.byToken(6), { byToken: false })).toThrow(/byToken: true/);
  });
});

describe("positions", () => {
  const graph = reverse.byToken(6);

  it("of the published tracr-reverse circuits leave out 3", () => {
    const tokens = tracrReverseEdges(graph).map((edge) => edge.token);
    expect(new Set(tokens)).toEqual(new Set([1, 2, 4, 5]));
  });

  it("can be chosen, and move with the start of the graph", () => {
    const chosen = tracrReverseEdges(graph, { positions: [1, 2, 3, 4, 5] });
    expect(chosen).toHaveLength(10);
    const shifted = tracrReverseEdges(reverse.byToken(5), { seqStart: 1 });
    expect(new Set(shifted.map((edge) => edge.token))).toEqual(new Set([0, 1, 3, 4]));
  });

  it("outside the graph are an error", () => {
    expect(() => tracrReverseEdges(reverse.byToken(5))).toThrow(/position 5 lies outside/);
    expect(() => tracrReverseEdges(graph, { positions: [-1] })).toThrow(/outside/);
    expect(() => tracrReverseEdges(graph, { seqStart: 2 })).toThrow(/position 1 lies outside/);
  });
});
