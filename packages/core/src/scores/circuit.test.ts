import { describe, expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { Circuit } from "./circuit.ts";

const graph = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });

describe("Circuit", () => {
  const circuit = Circuit.of(graph, ["A0.1->MLP 0", graph.edge(0), 4, "A0.1->MLP 0"]);

  it("keeps each edge once, in order", () => {
    expect(circuit.size).toBe(3);
    expect([...circuit.indices]).toEqual([0, 4, graph.index("A0.1->MLP 0")]);
    expect([...circuit].map((edge) => edge.name)).toContain("A0.1->MLP 0");
  });

  it("knows its edges", () => {
    expect(circuit.has("A0.1->MLP 0")).toBe(true);
    expect(circuit.has(graph.edge(1))).toBe(false);
    expect(circuit.has(graph.edgeCount - 1)).toBe(false);
    expect(Circuit.of(graph, []).has(0)).toBe(false);
  });

  it("makes masks that add up to one everywhere", () => {
    const mask = circuit.mask();
    const rest = circuit.complement();
    expect(mask.reduce((sum, value) => sum + value)).toBe(3);
    expect(mask.every((value, index) => value + rest[index]! === 1)).toBe(true);
  });

  it("takes a plain name at every position of a graph by token", () => {
    const byToken = Circuit.of(graph.byToken(3), ["A0.1->MLP 0", ["A0.0->MLP 0", 1]]);
    expect([...byToken].map(String)).toEqual([
      ...["A0.1->MLP 0 [0]", "A0.0->MLP 0 [1]", "A0.1->MLP 0 [1]", "A0.1->MLP 0 [2]"],
    ]);
    expect(byToken.has("A0.1->MLP 0")).toBe(true);
    expect(byToken.has("A0.0->MLP 0")).toBe(false);
    expect(byToken.has("A0.0->MLP 0", 1)).toBe(true);
    expect(byToken.has(["A0.0->MLP 0", 1])).toBe(true);
  });

  it("refuses unknown edges", () => {
    expect(() => Circuit.of(graph, ["A0.1->MLP 1"])).toThrow(/no edge/);
    expect(() => circuit.has(-1)).toThrow(/outside/);
    expect(() => circuit.has("A0.0->MLP 0", 1)).toThrow(/not by token/);
  });
});
