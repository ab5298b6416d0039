import { MersenneTwister } from "@autocircuit/base";
import { Circuit, Graph, writtenBy } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { RandomPaths } from "./random-circuits.ts";

const config = { layers: 3, heads: 4, kvHeads: 2, attnOnly: false, parallel: false };
const graphs = {
  "of separate inputs": Graph.of(config),
  "of shared inputs": Graph.of(config, { separateQkv: false }),
  "by token": Graph.of(config, { seqLen: 5 }),
  "of nodes": Graph.of(config, { factorized: false }),
};

describe.each(Object.entries(graphs))("random paths of a graph %s", (_, graph) => {
  const paths = new RandomPaths(graph, new MersenneTwister(3));

  it.runIf(graph.factorized)("lead from the start to the end, each edge from what the one before is read for", () => {
    for (let i = 0; i < 200; i++) {
      const edges = paths.path().map((edge) => graph.edge(edge));
      expect(edges[0]!.src.kind).toBe("start");
      expect(edges.at(-1)!.dest.kind).toBe("end");
      edges.slice(1).forEach((edge, place) => {
        const before = edges[place]!;
        expect(writtenBy(graph)(before.dest)).toContain(edge.src);
        expect(edge.token ?? 0).toBeGreaterThanOrEqual(before.token ?? 0);
        if (before.dest.kind === "q" || before.dest.kind === "mlp") expect(edge.token).toBe(before.token);
      });
    }
  });

  it("make circuits of at least the size, and inflate one by edges that it does not have", () => {
    for (const size of [0, 1, 7, graph.edgeCount]) {
      const circuit = paths.circuit(size);
      expect(circuit.size).toBeGreaterThanOrEqual(size);
      expect(circuit.size).toBeLessThanOrEqual(size + 4 * config.layers);
    }
    const circuit = paths.circuit(5);
    const { circuit: whole, added } = paths.inflated(circuit)!;
    expect(added.length).toBeGreaterThan(0);
    expect(added.some((edge) => circuit.has(edge))).toBe(false);
    expect([...whole.indices]).toEqual([...circuit.indices, ...added].sort((a, b) => a - b));
    expect(paths.inflated(Circuit.where(graph, () => true))).toBe(null);
  });
});
