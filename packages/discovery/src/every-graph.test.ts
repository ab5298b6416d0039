import { AutocircuitError } from "@autocircuit/base";
import { type PatchableModel, PromptLoader } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { type TinyAutoencoders, tinyAutoencoders } from "../../core/test/tiny-autoencoders.ts";
import { architecture, unequalPairs } from "../test/architectures.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import type { AttributionOptions } from "./attribution/attribution-options.ts";
import { nodeAlgorithms, nodeScores } from "./attribution/node-scores.ts";
import type { NamedAlgorithm } from "./named-algorithm.ts";

// Every method on every kind of graph: it gives numbers, or says in words why it does not.

const pairs = unequalPairs.map((pair) => ({
  ...pair,
  clean: pair.clean.slice(0, 4),
  corrupt: pair.corrupt.slice(0, 4),
}));
const prompts = new PromptLoader(pairs, { batchSize: pairs.length });

const models: PatchableModel[] = [];
const made = (model: PatchableModel): PatchableModel => {
  models.push(model);
  return model;
};
afterAll(() => {
  for (const model of models.reverse()) model.dispose();
});

type AskedGraph = Parameters<PatchableModel["withGraph"]>[0] & { latents?: TinyAutoencoders };

const kinds: Readonly<Record<string, readonly [architecture: string, choice: AskedGraph]>> = {
  edges: ["GPT-2", {}],
  "edges by token": ["GPT-2", { byToken: true, seqLen: 4 }],
  "shared inputs of heads": ["GPT-2", { separateQkv: false }],
  "parallel blocks": ["GPT-NeoX", {}],
  "grouped keys and values": ["Llama", {}],
  "keys and values of each head": ["Llama", { ungrouped: true }],
  nodes: ["GPT-2", { factorized: false }],
  "nodes by token": ["GPT-2", { factorized: false, byToken: true, seqLen: 4 }],
  "nodes of parallel blocks": ["GPT-NeoX", { factorized: false }],
  "nodes without MLPs": ["no norm, attention alone", { factorized: false }],
  "nodes with grouped keys and values, norms after": ["Gemma 2", { factorized: false }],
  "latents of MLPs": ["GPT-2", { latents: { input: "mlp_out", errors: true } }],
  "latents of MLPs by token": ["GPT-2", { byToken: true, seqLen: 4, latents: { input: "mlp_out", errors: true } }],
  "latents of heads beside grouped keys and values": ["Llama", { latents: { input: "z", errors: true } }],
  "latents of the stream": ["GPT-2", { latents: { input: "resid_post", errors: true } }],
  "cross-layer latents": ["GPT-2", { latents: { input: "mlp_in", errors: true, crossLayers: true } }],
};

function modelOf(kind: string): PatchableModel {
  const [name, { latents, ...choice }] = kinds[kind]!;
  const plain = made(made(architecture(name, "float32")).withGraph(choice));
  return latents ? made(plain.withAutoencoders(tinyAutoencoders(plain.config, latents))) : plain;
}

/** Training is short; circuits have the size of the published one. */
const optionsOf = (name: AlgorithmName, edges: readonly string[]) => ({
  seed: 1,
  ...(/probing|pruning|ugs/.test(name) && { epochs: 2 }),
  ...(/^c.*-probing$/.test(name) && { knownEdges: edges }),
  ...(name === "ground-truth" && { edges }),
});

/** What refuses graphs with latents, and with which words; everything else works on all of these graphs. */
const refused: Partial<Record<AlgorithmName | "nodeScores", RegExp>> = {
  "eap-gp": /latents of autoencoders are kept as numbers: take edge-attribution/,
  "information-flow-routes": /latents of autoencoders are kept as numbers: take edge-attribution/,
  nodeScores: /latents of autoencoders are kept as numbers: take edge-attribution/,
};

/** Waits for it where it should work, else for its refusal. */
async function worksOr<T>(refusal: RegExp | undefined, work: Promise<T>): Promise<T | undefined> {
  const outcome = await work.catch((error: unknown) => error);
  if (refusal === undefined) {
    if (outcome instanceof Error) throw outcome;
    return outcome as T;
  }
  expect(outcome).toBeInstanceOf(AutocircuitError);
  expect((outcome as Error).message).toMatch(refusal);
  return undefined;
}

describe.each(Object.keys(kinds))("%s", (kind) => {
  const model = modelOf(kind);
  const refusing = (name: keyof typeof refused) => (kinds[kind]![1].latents ? refused[name] : undefined);
  const edges = [model.graph.edge(0), model.graph.edge(model.graph.edgeCount - 1)].map(({ name }) => name);

  it.each(Object.keys(algorithms) as AlgorithmName[])("%s", async (name) => {
    const algorithm: NamedAlgorithm = algorithms[name];
    const scores = await worksOr(refusing(name), algorithm.discover(model, prompts, optionsOf(name, edges)));
    if (!scores) return;
    expect(scores.values).toHaveLength(model.graph.edgeCount);
    expect(scores.values.findIndex(Number.isNaN)).toBe(-1);
    expect(new Set(scores.values).size).toBeGreaterThan(1);
    if (!algorithm.perPrompt) return;
    const rows: Float32Array[] = [];
    const onPrompt: AttributionOptions["onPrompt"] = (row) => rows.push(row);
    await algorithm.discover(model, prompts, { ...optionsOf(name, edges), onPrompt });
    expect(rows).toHaveLength(pairs.length);
    const largest = Math.max(...scores.values.map(Math.abs));
    scores.values.forEach((value, edge) => {
      const mean = rows.reduce((sum, row) => sum + row[edge]!, 0) / pairs.length;
      if (!(Math.abs(mean - value) < 1e-3 * largest)) expect(mean, scores.graph.edge(edge).name).toBe(value);
    });
  });

  it.each(nodeAlgorithms)("nodeScores by %s", async (algorithm) => {
    const scores = await worksOr(refusing("nodeScores"), nodeScores(model, prompts, { algorithm }));
    if (!scores) return;
    expect(scores.values.every(Number.isFinite)).toBe(true);
    expect(new Set(scores.values).size).toBeGreaterThan(1);
  });
});
