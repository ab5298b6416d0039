import { basename } from "node:path";
import { dtypes, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  coreKinds,
  defineTask,
  type LoadedTask,
  type LongOptions,
  type PromptInput,
  pairAlignments,
  readPrompts,
  type TaskOptions,
  type Tokenizer,
} from "@autocircuit/core";
import { findTokenizer, loadModel, type ProcessingOptions, readConfig, resolveModelFolder } from "@autocircuit/models";
import { deviceName } from "@autocircuit/native";
import { type LatentOptions, latentOptionKinds } from "./latent-options.ts";
import { OWN_PAD_ID, type OwnBatchesOptions, ownBatches, ownBatchesKinds } from "./own-prompts.ts";
import { autoencoderFields, requireFittingLatents } from "./task-autoencoders.ts";
import { requireRoomToLoad, type TaskRoom } from "./task-room.ts";

/** What a task of one's own takes of core's {@link TaskOptions}. */
type FromTask =
  | "byToken"
  | "factorized"
  | "separateQkv"
  | "ungrouped"
  | "knownEdges"
  | "outputSlice"
  | "device"
  | "dtype"
  | "tf32"
  | "align"
  | "sharePrefix"
  | "prependBos";

/** How a model and prompts of one's own become a task. */
export interface OwnTaskOptions
  extends Partial<Pick<TaskOptions, FromTask>>,
    OwnBatchesOptions,
    LatentOptions,
    TaskRoom,
    LongOptions {
  /** What results call it. Default: the last part of the model's path or name. */
  readonly key?: string | undefined;
  /** For people. Default: the title of the prompts where they have one, else the key. */
  readonly name?: string | undefined;
  /** For prompts given as text. Default: the model's own. Null for none. */
  readonly tokenizer?: Tokenizer | null | undefined;
  /** How weights are processed, see `loadModel`. Default: as the autoencoders need it, where there are some, else as the loader does. */
  readonly processing?: ProcessingOptions | undefined;
}

const check = signature(
  "ownTask",
  {
    model: kind.text,
    prompts: coreKinds.promptInput,
  },
  {
    key: kind.text,
    name: kind.text,
    tokenizer: kind.orNull(kind.having("a tokenizer with an `encode`", "encode")),
    processing: kind.record,
    ...ownBatchesKinds,
    byToken: kind.flag,
    factorized: kind.flag,
    separateQkv: kind.flag,
    ungrouped: kind.flag,
    knownEdges: kind.callback,
    outputSlice: coreKinds.outputSlice,
    device: deviceName,
    dtype: kind.oneOf(dtypes),
    tf32: kind.flag,
    align: kind.oneOf(pairAlignments),
    sharePrefix: kind.flag,
    prependBos: kind.flag,
    free: coreKinds.bytes,
    ...latentOptionKinds,
    ...coreKinds.longOptions,
  } satisfies KindsOf<OwnTaskOptions>,
);

/**
 * A model and prompts of one's own as a task: what `discover --model FOLDER --prompts FILE` and plans of sweeps run on. Where nothing is said of
 * batches, half of the prompts are to discover with and half to measure on, in batches of at most 32, see {@link splitPrompts}; which ones `seed` says.
 *
 * @param model a folder, a GGUF file, or a name on the hub
 * @param prompts as `loadPrompts` reads them
 * @param options `onProgress` is called while latents are pruned
 * @returns what was loaded, the caller's to dispose
 * @throws AutocircuitError as `loadModel`, `loadPrompts` and `planAutoencoders`; `out-of-memory` where the model, with its autoencoders, has no room
 * @example
 * await using task = await ownTask("models/gpt2", "names.json");
 * const { circuit } = await findCircuit(task, { faithful: 0.8 });
 */
export async function ownTask(model: string, prompts: PromptInput, options: OwnTaskOptions = {}): Promise<LoadedTask> {
  check({ model, prompts }, options);
  const { signal, onProgress, processing, tokenizer: given, ...rest } = options;
  const { byToken, factorized, separateQkv, ungrouped, dtype } = rest;
  const key = options.key ?? basename(model);
  requireFittingLatents(key, undefined, { ...rest, dtype });
  const folder = await resolveModelFolder(model, { signal });
  const source = await readPrompts(prompts);
  const batches = ownBatches(source.prompts.length, options);
  const tokenizer = given === undefined ? await findTokenizer(folder) : given;
  const config = await readConfig(folder);
  const latent = await autoencoderFields(undefined, { ...rest, signal }, { config, folder, processing });
  requireRoomToLoad(config, latent.sizes, rest);
  const graph = { factorized, separateQkv, ungrouped };
  const { knownEdges, outputSlice, device, tf32, align, sharePrefix, prependBos } = rest;
  return defineTask({
    ...{ key, name: options.name ?? source.title ?? key, ...batches, byToken, ...graph, knownEdges, outputSlice },
    model: (how) => loadModel(folder, { ...how, ...graph, tokenizer, ...(processing ?? latent.processing) }),
    prompts: source,
    padId: OWN_PAD_ID,
    ...latent.fields,
    notes: () => latent.notes,
    ...{ device, dtype, tf32, align, sharePrefix, prependBos },
  }).load({ signal, onProgress });
}
