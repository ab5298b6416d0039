import { writeFile } from "node:fs/promises";
import type { loadAutoencoders } from "@autocircuit/autoencoders";
import { MersenneTwister } from "@autocircuit/base";
import { defineTask, type PromptFile, runCircuits } from "@autocircuit/core";
import { edgeAttribution, measureAll, runAlgorithms } from "@autocircuit/discovery";
import { gpt2Tokenizer, loadModel, loadParts, loadTransformer, readConfig } from "@autocircuit/models";
import { Tensor, type Transformer, type TransformerConfig } from "@autocircuit/native";
import type { CircuitReport } from "@autocircuit/report";
import { compileLibraryProgram } from "@autocircuit/tracr";
import { expect } from "vitest";
import { smallGpt2 } from "./run-program.ts";

const LENGTH = 15;
const VOCABULARY = 97;

/** What examples in comments take for granted: a task with its model, prompts and scores of edges. The caller frees it. */
export async function exampleValues() {
  const task = await defineTask({
    ...{ key: "small", name: "A small model", batchSize: 8, batchCount: 2, prompts: await answered(prompts()) },
    model: () => loadModel(smallGpt2),
    knownEdges: () => ["A0.3->A1.2.Q", "MLP 0->Resid End", "A1.2->Resid End", "Resid Start->A0.3.V"],
  }).load();
  const { model } = task;
  const scores = await edgeAttribution(model, task.train);
  const batch = task.test.batches[0]!;
  const { transformer } = await loadTransformer(smallGpt2);
  const found = await runAlgorithms([task], ["Random"]);
  return {
    ...{ task, model, batch, scores, transformer, writeFile },
    ...{ prompts: task.test, loader: task.test, graph: model.graph, circuit: scores.circuit(10) },
    published: scores.values,
    runs: await runCircuits(model, task.test, { scores, sizes: [0, 10] }),
    results: await measureAll([task], found, { metrics: ["kl-clean"] }),
    points: [0, 10, 100].map((size) => ({ size, value: 1 / (1 + size) })),
    others: [0, 10, 100].map((size) => ({ size, value: 2 / (1 + size) })),
    config: await readConfig(smallGpt2),
    tokenizer: gpt2Tokenizer(),
  };
}

/** The same for examples of the engine, whose `model` is a transformer. */
export async function engineValues(): Promise<{
  model: Transformer;
  config: TransformerConfig;
  weights: Record<string, Tensor>;
  tokens: Tensor;
  corrupt: Tensor;
  signal: AbortSignal;
}> {
  const tokens = Tensor.from(
    prompts().prompts.map(({ clean }) => clean as number[]),
    { dtype: "int64" },
  );
  const { config, transformer } = await loadTransformer(smallGpt2);
  const set = (await loadParts(smallGpt2)).weights;
  const weights = Object.fromEntries(set.names().map((name) => [name, set.get(name)]));
  const signal: AbortSignal = new AbortController().signal;
  return { model: transformer, config, weights, tokens, corrupt: tokens, signal };
}

/** For examples of the compiler. */
export async function compilerValues() {
  const model = compileLibraryProgram("reverse", { vocab: ["a", "b", "c"], maxSeqLen: 5 });
  return { model, ids: model.input.encode(["a", "b"]) };
}

/** What is there for the types alone: examples with these need a network, or models that are too large for a test. */
export interface TypesOnly {
  activations: Tensor;
  residual: Tensor;
  report: CircuitReport;
  set: Awaited<ReturnType<typeof loadAutoencoders>>;
}

/** Holds what an example's comment says a line gives against what it gives. */
export function expectValue(found: unknown, said: unknown): void {
  if (typeof said === "number" && typeof found === "number") {
    expect(Math.abs(found - said)).toBeLessThanOrEqual(1e-3 * Math.abs(said));
  } else expect(found).toEqual(said);
}

/** The same prompts, and as their answers what the model says itself: it is right on each. */
async function answered({ prompts }: PromptFile): Promise<PromptFile> {
  using model = await loadModel(smallGpt2, { outputSlice: "last_seq" });
  using tokens = Tensor.from(
    prompts.map(({ clean }) => clean as number[]),
    { dtype: "int64" },
  );
  using logits = await model.forward(tokens);
  const rows = (await logits.toArray()) as number[][];
  return { prompts: prompts.map((pair, i) => ({ ...pair, answers: [rows[i]!.indexOf(Math.max(...rows[i]!))] })) };
}

/** Prompt pairs of 15 tokens that differ in one. */
function prompts(): PromptFile {
  const random = new MersenneTwister(7);
  const id = () => random.next() % VOCABULARY;
  return {
    prompts: Array.from({ length: 32 }, () => {
      const clean = Array.from({ length: LENGTH }, id);
      const corrupt = clean.with(4, id());
      return { clean, corrupt, answers: [id()], wrong_answers: [id()] };
    }),
  };
}
