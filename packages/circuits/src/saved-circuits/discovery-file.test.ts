import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiscoveredCircuit, Graph, PruneScores } from "@autocircuit/core";
import { afterAll, expect, it } from "vitest";
import { discoveryFile, formatDiscoveryFile } from "./discovery-file.ts";
import { readCircuit } from "./read-circuit.ts";

const folder = mkdtempSync(join(tmpdir(), "discovery-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "found.json");

const plain = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });
const graphs: readonly (readonly [string, Graph])[] = [
  ["the usual graph", plain],
  ["shared queries, keys and values", plain.with({ separateQkv: false })],
  ["edges from block to block", plain.with({ factorized: false })],
  ["a graph by token", plain.byToken(3)],
];

function foundIn(graph: Graph): DiscoveredCircuit {
  const values = Float32Array.from({ length: graph.edgeCount }, (_, edge) => ((edge * 7) % 11) - 5);
  values[2] = Number.POSITIVE_INFINITY;
  const scores = new PruneScores(graph, values, { algorithm: "acdc", options: { taus: [0.1], target: "kl-div" } });
  const options = { taus: [0.2], knownEdges: [graph.edge(1)], onPrompt: () => undefined };
  return { circuit: scores.circuit(5), scores, algorithm: "acdc", options, ablation: "zero", seed: 7 };
}

it.each(graphs)("what is written of a circuit is read as it was: %s", async (_, graph) => {
  const found = foundIn(graph);
  writeFileSync(file, formatDiscoveryFile("mine", found));
  const read = await readCircuit(file);
  const { factorized, separateQkv, ungrouped } = graph.config;
  expect(read).toMatchObject({
    ...{ format: "discovery", task: "mine", ablation: "zero", seed: 7, byToken: graph.seqLen !== null },
    ...{ graphKind: { factorized, separateQkv, ungrouped }, latents: null, notes: [] },
  });
  expect(read.circuitIn(graph).indices).toEqual(found.circuit.indices);
  const { scores, inCircuit } = read.scoredIn(plain);
  expect(Array.from(scores)).toEqual(Array.from(found.scores.values, (score, edge) => (inCircuit[edge] ? score : 0)));
});

it("says the options that were given, of the others what the scores say, and how edges were chosen", () => {
  const found = foundIn(plain);
  const usual = { taus: [0.2], target: "kl-div", knownEdges: [`${plain.edge(1)}`] };
  const { options, circuit, edgeCount } = discoveryFile("mine", found);
  expect(options).toEqual({ ...usual, ablation: "zero", byToken: false, seed: 7 });
  expect(circuit.map(({ score }) => Math.abs(score))).toEqual(
    circuit.map(({ score }) => Math.abs(score)).toSorted((a, b) => b - a),
  );
  expect([circuit.length, edgeCount]).toEqual([found.circuit.size, plain.edgeCount]);
  const chosen = discoveryFile("mine", { ...found, select: "greedy", size: 9 }).options;
  expect(chosen).toEqual({ ...options, select: "greedy", size: 9 });
  const signed = found.scores.withInfo({ ...found.scores.info, options: { rank: "signed" } });
  expect(discoveryFile("mine", { ...found, scores: signed }).options).toMatchObject({ rank: "signed", select: "top" });
  const kept = discoveryFile("mine", { ...found, keep: {} }).options;
  expect(kept).not.toHaveProperty("target");
});

it("refuses what was not found", () => {
  expect(() => formatDiscoveryFile("mine", { circuit: 3 } as never)).toThrow(/`found` must be what findCircuit gives/);
  const other = new PruneScores(plain.byToken(3));
  expect(() => formatDiscoveryFile("mine", { ...foundIn(plain), scores: other })).toThrow(/The scores are/);
});
