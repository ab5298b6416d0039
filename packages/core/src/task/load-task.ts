import { AutocircuitError } from "@autocircuit/native";
import { throwIfAborted } from "../model/long-options.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { both, loadPrompts, type PromptSplit } from "../prompts/load-prompts.ts";
import { Circuit } from "../scores/circuit.ts";
import { LoadedTask, type TaskParts } from "./loaded-task.ts";
import type { TaskModel, TaskOptions } from "./task-options.ts";

/** Makes a task's model and prompts; see `Task.load`. */
export async function loadTask(options: TaskOptions, signal?: AbortSignal): Promise<LoadedTask> {
  const { model } = options;
  const made = typeof model === "function";
  const network = made ? await model({ dtype: options.dtype ?? "float32", ...(signal && { signal }) }) : model;
  let prompts: PromptSplit | undefined;
  const free = () => {
    prompts?.train[Symbol.dispose]();
    prompts?.test[Symbol.dispose]();
    if (made) network.transformer.dispose();
  };
  try {
    throwIfAborted(signal);
    prompts = await readTaskPrompts(options, network);
    return new LoadedTask(options, taskParts(options, network, prompts), free);
  } catch (error) {
    free();
    throw error;
  }
}

async function readTaskPrompts(options: TaskOptions, network: TaskModel): Promise<PromptSplit> {
  const batchSize = both(options.batchSize);
  const batchCount = both(options.batchCount);
  for (const [name, { train, test }] of Object.entries({ batchSize, batchCount })) {
    if ([train, test].every((count) => Number.isInteger(count) && count > 0)) continue;
    throw new AutocircuitError(
      "bad-input",
      `Task ${options.key}: \`${name}\` must be whole numbers of at least 1, got ${train} and ${test}.`,
    );
  }
  const config = network.config ?? network.transformer.config;
  return loadPrompts(options.dataset, {
    batchSize,
    size: { train: batchSize.train * batchCount.train, test: batchSize.test * batchCount.test },
    equalLength: options.tokenCircuit,
    tokenizer: network.tokenizer ?? undefined,
    prependBos: options.prependBos,
    shuffle: options.shuffle,
    seed: options.seed,
    answers: options.answers,
    vocabulary: config.dVocab,
    outputVocabulary: config.dVocabOut,
  });
}

function taskParts(options: TaskOptions, network: TaskModel, { train, test }: PromptSplit): TaskParts {
  const tokenPositions = options.tokenCircuit ?? false;
  const model = new PatchableModel({
    transformer: network.transformer,
    config: network.config,
    tokenizer: network.tokenizer ?? undefined,
    dtype: options.dtype,
    factorized: options.factorized,
    separateQkv: options.separateQkv,
    ungrouped: options.ungrouped,
    outputSlice: options.outputSlice,
    byToken: tokenPositions,
    seqLen: train.seqLen,
  });
  const context = { tokenPositions, wordIdxs: train.wordIdxs, seqStartIdx: train.seqStart };
  const edges = options.trueEdges?.(model, context);
  return { model, train, test, trueEdges: edges ? [...Circuit.of(model.graph, edges)] : null };
}
