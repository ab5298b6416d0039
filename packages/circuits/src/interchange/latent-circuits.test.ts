import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { formatCircuitFile, readCircuitFile } from "./circuit-file.ts";
import { scoredCircuit } from "./scored-circuit.ts";

const config = { layers: 2, heads: 1, attnOnly: false, parallel: false, latents: [2, 2], autoencoders: "a1" };
const graph = Graph.of({ ...config, keptLatents: { mlp: [[7, 2], null] } });
const scores = new PruneScores(graph, new Float32Array(graph.edgeCount));
scores.values[graph.index("MLP 0 Latent 2->A1.0.Q")] = 1;
const text = formatCircuitFile(scoredCircuit(scores, scores.circuit(1)));

describe("a circuit with latents, as a file", () => {
  it("names them by their numbers, and is read on the graph that it is of", () => {
    expect(text).toContain('"edge": "MLP 0 Latent 2->A1.0.Q"');
    const { graph: stored, inCircuit } = readCircuitFile(text, "c.json", { graph });
    expect(stored.equals(graph)).toBe(true);
    expect([...inCircuit.keys()].filter((edge) => inCircuit[edge] === 1)).toEqual([
      graph.index("MLP 0 Latent 2->A1.0.Q"),
    ]);
  });

  it("is read on a graph that has the same latents in another order", () => {
    const other = Graph.of({ ...config, keptLatents: { mlp: [[2, 7], null] } });
    const { graph: read, inCircuit } = readCircuitFile(text, "c.json", { graph: other });
    expect(read.equals(other)).toBe(true);
    const index = other.index("MLP 0 Latent 2->A1.0.Q");
    expect(index).not.toBe(graph.index("MLP 0 Latent 2->A1.0.Q"));
    expect([...inCircuit.keys()].filter((edge) => inCircuit[edge] === 1)).toEqual([index]);
  });

  it("is refused where latents are others, or what is left out of them is", () => {
    const refused = (other: Parameters<typeof Graph.of>, written = text) =>
      expect(() => readCircuitFile(written, "c.json", { graph: Graph.of(...other) }));
    refused([{ ...config, autoencoders: "b2" }]).toThrow("its latents are of other autoencoders (a1)");
    const kept = { mlp: [[7, 2], null] };
    refused([{ ...config, keptLatents: kept, latentErrors: true }]).toThrow("drops what autoencoders leave out");
    refused([{ ...config, keptLatents: { mlp: [[2, 9], null] } }]).toThrow("it has the latents 7, 2, the model's 2, 9");
    refused([config]).toThrow("it has the latents 7, 2, the model's as they are numbered");
    const first = [
      [7, 2],
      [1, 3],
    ];
    const second = [
      [7, 2],
      [1, 4],
    ];
    const byPosition = Graph.of({ ...config, keptLatents: { mlp: [first, null] } }, { seqLen: 2 });
    const of = new PruneScores(byPosition, new Float32Array(byPosition.edgeCount).fill(1));
    const file = formatCircuitFile(scoredCircuit(of, of.circuit(byPosition.edgeCount)));
    refused([{ ...config, keptLatents: { mlp: [second, null] } }, { seqLen: 2 }], file).toThrow(
      "of block 0 (mlp) it has the latents",
    );
    expect(readCircuitFile(file, "c.json", { graph: byPosition }).graph.equals(byPosition)).toBe(true);
  });
});
