import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  coreKinds,
  firstPrompts,
  type LoadedTask,
  type LongOptions,
  type PatchableModel,
  type PromptBatch,
  type PruneScores,
} from "@autocircuit/core";
import { edgeAttribution } from "./edge-attribution.ts";
import { fittingOptions } from "./find-circuit/fitting-options.ts";

/** Options of {@link firstScores}. */
export interface FirstScoresOptions extends LongOptions {
  /** What they may take. Default 15. */
  readonly seconds?: number | undefined;
}

/** Scores to begin with. */
export interface FirstScores {
  readonly scores: PruneScores;
  /** Training prompts that they are of, from the first on. */
  readonly promptCount: number;
}

const check = signature("firstScores", { task: coreKinds.loadedTask }, {
  ...coreKinds.longOptions,
  seconds: kind.positive,
} satisfies KindsOf<FirstScoresOptions>);

/** Edge attribution takes about so many plain passes: one forward, one backward, and one for the ablation. */
const PASSES = 4;
/** Scores of fewer prompts say little. */
const FEWEST_PROMPTS = 4;

/**
 * Scores to begin with, where there are none yet: edge attribution with resampled values, on as many training prompts as go in a few seconds.
 *
 * @returns null where that is less than 4 prompts and not all of them, or there are no prompts
 * @throws AutocircuitError as `edgeAttribution`
 * @example
 * const first = await firstScores(task, { seconds: 5 });
 * if (first) console.log(first.promptCount, String(first.scores.circuit(3)));
 */
export async function firstScores(task: LoadedTask, options: FirstScoresOptions = {}): Promise<FirstScores | null> {
  check({ task }, options);
  const { seconds = 15, signal, onProgress } = options;
  const { model, train } = task;
  const [batch] = train.batches;
  if (batch === undefined) return null;
  const fitting = Math.floor(seconds / (PASSES * (await secondsPerPrompt(model, batch, signal))));
  if (fitting < Math.min(FEWEST_PROMPTS, train.promptCount)) return null;
  // Prompts with a prefix of their own each cannot be taken apart.
  const all = fitting >= train.promptCount || batch.prefix !== null;
  const some = all ? train : firstPrompts(train, fitting);
  try {
    const how = fittingOptions("edge-attribution", task, { ablation: "resample" });
    const scores = await edgeAttribution(model, some, { ...how, signal, onProgress });
    return { scores, promptCount: some.promptCount };
  } finally {
    if (some !== train) some[Symbol.dispose]();
  }
}

/** What a plain pass takes for each prompt of a few. */
async function secondsPerPrompt(model: PatchableModel, batch: PromptBatch, signal?: AbortSignal): Promise<number> {
  const [few] = batch.slices(FEWEST_PROMPTS) as [PromptBatch];
  const started = performance.now();
  (await model.forward(few.clean, { signal })).dispose();
  const seconds = (performance.now() - started) / 1000 / few.size;
  if (few !== batch) few[Symbol.dispose]();
  return seconds;
}
