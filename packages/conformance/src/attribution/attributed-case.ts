import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Graph, type PatchableModel, PromptLoader, type PromptPair } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import { Ablation, type ComputeDType, Tensor } from "@autocircuit/native";
import { readJson, readPrompts } from "../check-patching.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import { cellsOf, type MatrixNames } from "./score-matrix.ts";

/** A case of scores by edge attribution, ready to be checked. */
export interface AttributedCase<Expected> {
  model: PatchableModel;
  graph: Graph;
  prompts: PromptLoader;
  pairs: readonly PromptPair[];
  expected: Expected & MatrixNames;
  tensors: ExpectedTensors;
  /** Where each edge lies in a matrix. */
  cells: Uint32Array;
  /** Learned positional embedding `[context, D]`, which those tools count to no source; null where there is none. */
  positional: Tensor | null;
}

/** Reads the model of a folder and what is expected of it. The caller disposes model and positional embedding. */
export async function attributedCase<Expected>(
  modelPath: string,
  expected: Expected & MatrixNames & { batch_size: number },
  tensors: ExpectedTensors,
  dtype?: ComputeDType,
): Promise<AttributedCase<Expected>> {
  const model = await loadModel(modelPath, { outputSlice: "last_seq", dtype });
  const grouped = model.config.kvHeads !== model.config.heads;
  const of = grouped ? model.withGraph({ ungrouped: true }) : model;
  const pairs = readPrompts(readJson(modelPath, "inputs.json"));
  return {
    model: of,
    graph: of.graph,
    prompts: new PromptLoader(pairs, { batchSize: expected.batch_size }),
    pairs,
    expected,
    tensors,
    cells: cellsOf(of.graph, expected),
    positional: positionalEmbedding(modelPath, model),
  };
}

/** The folder whose weights and prompts a case uses: its own, or one beside its parent. */
export function modelFolder(path: string, named: string | undefined): string {
  if (existsSync(join(path, "model.safetensors")) || named === undefined) return path;
  const beside = join(path, "..", "..", named);
  return existsSync(beside) ? beside : join(path, "..", named);
}

function positionalEmbedding(path: string, { config }: PatchableModel): Tensor | null {
  if (config.positions !== "learned") return null;
  const { shape, data } = new ExpectedTensors(join(path, "model.safetensors")).get("pos_embed.W_pos");
  return Tensor.from(Float32Array.from(data), { shape: [...shape] });
}

/**
 * Values for all sources and prompts, one vector `[D]`, to which the positional embedding comes in `Resid Start`: there it belongs to no
 * source in those tools, so that their ablations leave it.
 */
export function givenAblation(
  { model, graph, prompts, positional }: AttributedCase<unknown>,
  vector?: Float32Array,
): Ablation {
  const { dModel } = model.config;
  const length = prompts.batches[0]!.seqLen;
  const values = new Float32Array(graph.sources.length * length * dModel);
  if (vector) for (let i = 0; i < values.length; i++) values[i] = vector[i % dModel]!;
  const shape = [graph.sources.length, 1, length, dModel];
  if (positional === null) return new Ablation(Tensor.from(values, { shape }));
  const others = Tensor.zeros([graph.sources.length - 1, 1, length, dModel]);
  const start = positional.slice(0, 0, length).reshape([1, 1, length, dModel]);
  return new Ablation(Tensor.from(values, { shape }).add(Tensor.cat([start, others])));
}

/** EAP-IG's `mean`: the mean of the clean outputs of all sources at the last position, divided by the length, `[D]`. */
export async function lastPositionMean(found: AttributedCase<unknown>): Promise<Float32Array> {
  const { model, prompts, positional } = found;
  const { dModel } = model.config;
  const mean = new Float64Array(dModel);
  for (const batch of prompts.batches) {
    using outputs = await model.sourceOutputs(batch.clean);
    const [sourceCount, size, length] = outputs.shape as [number, number, number];
    const last = Array.from(await outputs.select(2, length - 1).data(), Number);
    const position = positional ? Array.from(await positional.select(0, length - 1).data(), Number) : undefined;
    last.forEach((value, i) => {
      const isStart = Math.floor(i / (size * dModel)) === 0;
      const own = isStart && position ? value - position[i % dModel]! : value;
      mean[i % dModel]! += own / (sourceCount * length * prompts.promptCount);
    });
  }
  return Float32Array.from(mean);
}
