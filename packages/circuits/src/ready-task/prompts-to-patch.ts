import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  isBatchMean,
  loadPrompts,
  type PrepareOptions,
  type PromptInput,
  type PromptLoader,
  prepareOptions,
  readPrompts,
} from "@autocircuit/core";
import { OWN_PAD_ID, ownPrompts } from "./own-prompts.ts";

/** Options of {@link promptsToPatch}. */
export interface PromptsToPatchOptions extends PrepareOptions {
  /** What edges are to be ablated with. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /** Whether latents are to be pruned, see `pruneLatents`. Default false. */
  readonly pruneLatents?: boolean | undefined;
  /** Chooses which prompts they are pruned by. Default 0. */
  readonly seed?: number | undefined;
}

/** What {@link promptsToPatch} gives. */
export interface PromptsToPatch extends Disposable {
  /** All prompts, in the order of their files. */
  readonly prompts: PromptLoader;
  /** Those that latents are pruned by; all where none are. */
  readonly train: PromptLoader;
}

const check = signature("promptsToPatch", { prompts: coreKinds.promptInput }, {
  ...prepareOptions,
  ablation: coreKinds.ablationName,
  pruneLatents: kind.flag,
  seed: kind.whole,
} satisfies KindsOf<PromptsToPatchOptions>);

/**
 * Prompts of one's own as `patch` takes them: all are patched. A mean over the batch is one over all of them. What latents are pruned by are those
 * that a task of one's own would discover with, so that the same latents are left.
 *
 * @param prompts as `loadPrompts` reads them
 * @throws AutocircuitError as `loadPrompts`; `bad-input` where there are too few to prune by
 * @example
 * using own = await promptsToPatch("names.json", { tokenizer, ablation: "batch-all-tok-mean" });
 * console.log(own.prompts.batches.length); // 1
 */
export async function promptsToPatch(
  prompts: PromptInput,
  options: PromptsToPatchOptions = {},
): Promise<PromptsToPatch> {
  check({ prompts }, options);
  const { ablation = "resample", pruneLatents, seed, ...how } = options;
  const source = await readPrompts(prompts);
  const batchSize = isBatchMean(ablation) ? source.prompts.length : undefined;
  const all = await loadPrompts(source, { padId: OWN_PAD_ID, ...how, all: true, batchSize });
  const split = pruneLatents ? await ownPrompts(source, { ...how, seed }) : null;
  return {
    ...{ prompts: all, train: split?.train ?? all },
    [Symbol.dispose]: () => {
      for (const loader of [all, ...(split ? [split.train, split.test] : [])]) loader[Symbol.dispose]();
    },
  };
}
