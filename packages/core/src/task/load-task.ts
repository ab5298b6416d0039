import { type LongOptions, throwIfAborted } from "../model/long-options.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { type SharedPrefix, sharePrefix } from "../model/share-prefix.ts";
import { loadPrompts, type PromptSplit } from "../prompts/load-prompts.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import { Circuit } from "../scores/circuit.ts";
import { LoadedTask, type TaskParts, type TaskPrefix } from "./loaded-task.ts";
import { withTaskAutoencoders } from "./task-autoencoders.ts";
import {
  type ModelLoaderOptions,
  type TaskLatentOptions,
  type TaskModel,
  type TaskOptions,
  taskLatentOptions,
} from "./task-options.ts";

/** Makes a task's model and prompts; see `Task.load`. */
export async function loadTask(options: TaskOptions, long: LongOptions = {}): Promise<LoadedTask> {
  const { signal } = long;
  const { model } = options;
  const made = typeof model === "function";
  const network = made ? await model(loaderOptions(options, signal)) : model;
  let prompts: PromptSplit | undefined;
  let tail: Tail | undefined;
  let latent: PatchableModel | undefined;
  const free = () => {
    tail?.[Symbol.dispose]();
    latent?.dispose();
    prompts?.train[Symbol.dispose]();
    prompts?.test[Symbol.dispose]();
    if (made) network.transformer.dispose();
  };
  try {
    throwIfAborted(signal);
    prompts = await readTaskPrompts(options, network);
    const plain = graphModel(options, network, prompts.train.seqLen);
    const { model, ...costs } = await withTaskAutoencoders(plain, prompts.train, { ...aboutLatents(options), ...long });
    if (model !== plain) latent = model;
    const made = (parts: TaskParts) => new LoadedTask(options, { ...parts, ...costs }, free);
    if (!options.sharePrefix) return made(taskParts(options, model, prompts, null));
    tail = await cutPrefix(model, prompts, signal);
    return made(taskParts(options, tail.model, tail, tail.sharedPrefix));
  } catch (error) {
    free();
    throw error;
  }
}

function aboutLatents(options: TaskOptions): TaskLatentOptions {
  const names = Object.keys(taskLatentOptions) as (keyof TaskLatentOptions)[];
  return Object.fromEntries(names.map((name) => [name, options[name]])) as unknown as TaskLatentOptions;
}

function loaderOptions({ dtype = "float32", device, tf32 }: TaskOptions, signal?: AbortSignal): ModelLoaderOptions {
  return { dtype, device, tf32, ...(signal && { signal }) };
}

async function readTaskPrompts(options: TaskOptions, network: TaskModel): Promise<PromptSplit> {
  const config = network.config ?? network.transformer.config;
  return loadPrompts(options.prompts, {
    batchSize: options.batchSize,
    batchCount: options.batchCount,
    equalLength: options.byToken,
    tokenizer: network.tokenizer ?? undefined,
    prependBos: options.prependBos,
    padId: options.padId,
    align: options.align,
    shuffle: options.shuffle,
    seed: options.seed,
    answers: options.answers,
    vocabulary: config.dVocab,
    outputVocabulary: config.dVocabOut,
  });
}

/** Prompts without their common prefix, which is freed with this. */
interface Tail extends PromptSplit, Disposable {
  readonly model: PatchableModel;
  readonly sharedPrefix: TaskPrefix;
}

/** Cuts the same number of tokens off training and test prompts, or nothing where either share nothing. */
async function cutPrefix(model: PatchableModel, { train, test }: PromptSplit, signal?: AbortSignal): Promise<Tail> {
  const made: SharedPrefix[] = [];
  const free = () => {
    for (const shared of made) for (const owned of [shared.prompts, shared]) owned[Symbol.dispose]();
  };
  const cut = async (prompts: PromptLoader) => {
    const shared = await sharePrefix(model, prompts, { signal });
    made.push(shared);
    return shared;
  };
  const first = await cut(train);
  const second = await cut(test).catch((error: unknown) => {
    free();
    throw error;
  });
  const { length, kind } = first;
  const reason = first.reason ?? second.reason;
  if (reason === null) {
    const parts = { model: first.model, train: first.prompts, test: second.prompts };
    return { ...parts, sharedPrefix: { length, kind, reason }, [Symbol.dispose]: free };
  }
  free();
  return { model, train, test, sharedPrefix: { length: 0, kind: "none", reason }, [Symbol.dispose]: () => {} };
}

function graphModel(options: TaskOptions, network: TaskModel, seqLen: number | null): PatchableModel {
  return new PatchableModel({
    transformer: network.transformer,
    config: network.config,
    tokenizer: network.tokenizer ?? undefined,
    endTokens: network.endTokens && [...network.endTokens],
    processing: network.processing,
    fingerprint: network.fingerprint,
    dtype: options.dtype,
    factorized: options.factorized,
    separateQkv: options.separateQkv,
    ungrouped: options.ungrouped,
    outputSlice: options.outputSlice,
    byToken: options.byToken ?? false,
    seqLen,
  });
}

function taskParts(
  options: TaskOptions,
  model: PatchableModel,
  { train, test }: PromptSplit,
  sharedPrefix: TaskPrefix | null,
): TaskParts {
  const byToken = options.byToken ?? false;
  const context = { byToken, wordPositions: train.wordPositions, seqStart: train.seqStart };
  const edges = options.knownEdges?.(model, context);
  return { model, train, test, knownEdges: edges ? [...Circuit.of(model.graph, edges)] : null, sharedPrefix };
}
