import { type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
import {
  coreKinds,
  loadPrompts,
  type PrepareOptions,
  type PromptInput,
  type PromptSplit,
  prepareOptions,
  readPrompts,
  splitPrompts,
  type TrainTest,
} from "@autocircuit/core";

/** How many prompts of one's own are to discover with and to measure on, and which. */
export interface OwnBatchesOptions {
  /** Prompt pairs a batch. Default: at most 32, so that few prompts are left over. */
  readonly batchSize?: TrainTest | undefined;
  /** Number of batches. Default: of half of the prompts each. */
  readonly batchCount?: TrainTest | undefined;
  /** Chooses which prompt pairs are to discover with, and their order, as `--seed` does. Default 0. */
  readonly seed?: number | undefined;
}

/** How prompts of one's own are read without their task. */
export interface OwnPromptsOptions extends OwnBatchesOptions, PrepareOptions {}

/** What {@link OwnBatchesOptions} may be. */
export const ownBatchesKinds: KindsOf<OwnBatchesOptions> = {
  batchSize: coreKinds.trainTest,
  batchCount: coreKinds.trainTest,
  seed: kind.whole,
};

const check = signature("ownPrompts", { prompts: coreKinds.promptInput }, {
  ...prepareOptions,
  ...ownBatchesKinds,
} satisfies KindsOf<OwnPromptsOptions>);

/** What fills shorter prompts. It does not matter: padded positions are not attended to. */
export const OWN_PAD_ID = 0;

/**
 * The prompts that a task of one's own has, see `ownTask`, without the task: those to discover with, and those to measure on.
 *
 * @param prompts as `loadPrompts` reads them
 * @throws AutocircuitError `bad-input` where there are too few for what was asked; as `loadPrompts`
 * @example
 * const { train, test } = await ownPrompts("names.json", { tokenizer, batchSize: 4 });
 */
export async function ownPrompts(prompts: PromptInput, options: OwnPromptsOptions = {}): Promise<PromptSplit> {
  check({ prompts }, options);
  const source = await readPrompts(prompts);
  return loadPrompts(source, { padId: OWN_PAD_ID, ...options, ...ownBatches(source.prompts.length, options) });
}

/** Batches as they were asked for; where one of both is missing, as {@link splitPrompts} divides. */
export function ownBatches(
  count: number,
  { batchSize, batchCount, seed = USUAL_SEED }: OwnBatchesOptions,
): { readonly batchSize: TrainTest; readonly batchCount: TrainTest; readonly seed: number } {
  if (batchSize !== undefined && batchCount !== undefined) return { batchSize, batchCount, seed };
  const one = typeof batchSize === "object" ? Math.max(batchSize.train, batchSize.test) : batchSize;
  const split = splitPrompts(count, { batchSize: one, batchCount });
  return { batchSize: batchSize ?? split.batchSize, batchCount: batchCount ?? split.batchCount, seed };
}
