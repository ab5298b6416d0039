import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { edgeScoresOfNodes } from "./edge-scores-of-nodes.ts";

const config = { layers: 2, heads: 2, attnOnly: false, parallel: false };

/** Scores of nodes by name; 1 for the others. */
function nodeScores(graph: Graph, byName: Record<string, number>): PruneScores {
  const nodes = new PruneScores(graph.with({ factorized: false }));
  for (const { src, index } of nodes.graph.edges()) nodes.values[index] = byName[src.name] ?? 1;
  return nodes;
}

describe("edgeScoresOfNodes", () => {
  it("gives an edge the score of the less important of its nodes", () => {
    const graph = Graph.of(config);
    const edges = edgeScoresOfNodes(
      nodeScores(graph, { "A0.0": 3, "A1.1": -2, "MLP 0": 0.5, "Resid Start": 9 }),
      graph,
    );
    expect(edges.get("A0.0->A1.1.K")).toBe(2);
    expect(edges.get("A0.0->A1.0.Q")).toBe(1);
    expect(edges.get("MLP 0->A1.1.V")).toBe(0.5);
    expect(edges.get("A0.0->MLP 0")).toBe(0.5);
    // The end is always there.
    expect(edges.get("Resid Start->Resid End")).toBe(9);
    expect(edges.get("A1.1->Resid End")).toBe(2);
  });

  it("position by position in a graph by token", () => {
    const graph = Graph.of(config, { seqLen: 3 });
    const nodes = nodeScores(graph, {});
    for (const { src, token, index } of nodes.graph.edges()) if (src.name === "A0.1") nodes.values[index] = token!;
    const edges = edgeScoresOfNodes(nodes, graph);
    expect([0, 1, 2].map((token) => edges.get("A0.1->Resid End", token))).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((token) => edges.get("A0.1->A1.0.Q", token))).toEqual([0, 1, 1]);
  });

  it("keys and values that heads share belong to the most important of these", () => {
    const grouped = Graph.of({ ...config, heads: 4, kvHeads: 2 });
    const nodes = nodeScores(grouped, { "Resid Start": 9, "A0.2": 3, "A0.3": 5 });
    const edges = edgeScoresOfNodes(nodes, grouped);
    expect(edges.get("Resid Start->A0.1.K")).toBe(5);
    expect(edges.get("Resid Start->A0.2.Q")).toBe(3);
    const own = grouped.with({ ungrouped: true });
    expect(edgeScoresOfNodes(nodes, own).get("Resid Start->A0.2.K")).toBe(3);
    const shared = grouped.with({ separateQkv: false });
    expect(edgeScoresOfNodes(nodes, shared).get("Resid Start->A0.3")).toBe(5);
  });

  it("refuses other graphs", () => {
    const graph = Graph.of(config);
    expect(() => edgeScoresOfNodes(new PruneScores(graph), graph)).toThrow(/scores of edges already/);
    const other = Graph.of({ ...config, layers: 3 }, { factorized: false });
    expect(() => edgeScoresOfNodes(new PruneScores(other), graph)).toThrow(/another graph/);
    const nodes = graph.with({ factorized: false });
    expect(() => edgeScoresOfNodes(new PruneScores(nodes), nodes)).toThrow(/another graph/);
    expect(() => edgeScoresOfNodes(new PruneScores(nodes), graph.byToken(3))).toThrow(/another graph/);
  });
});
