import { firstPrompts, type LoadedTask, type PatchableModel, type PromptBatch } from "@autocircuit/core";
import { algorithms, fittingOptions } from "@autocircuit/discovery";
import type { GivenSet } from "@autocircuit/studio";
import { Progress } from "../support/progress.ts";

/** What the first scores may take. */
const QUICK_SECONDS = 15;
/** Edge attribution takes about so many plain passes: one forward, one backward, and one for the ablation. */
const PASSES = 4;
/** Scores of fewer prompts say little. */
const FEWEST_PROMPTS = 4;

/**
 * Scores to begin with, where nobody gave any: edge attribution on as many training prompts as go quickly.
 *
 * @returns none where even a few would take too long
 */
export async function firstScores(
  task: LoadedTask,
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<GivenSet[]> {
  const { model, train } = task;
  const [batch] = train.batches;
  if (batch === undefined) return [];
  const seconds = PASSES * (await secondsPerPrompt(model, batch, signal));
  const fitting = Math.floor(QUICK_SECONDS / seconds);
  if (fitting < Math.min(FEWEST_PROMPTS, train.promptCount)) {
    print("scores: edge attribution would take long here; start it in the page, or give --scores");
    return [];
  }
  // Prompts with a prefix of their own each cannot be taken apart.
  const all = fitting >= train.promptCount || batch.prefix !== null;
  const some = all ? train : firstPrompts(train, fitting);
  try {
    using progress = new Progress("edge-attribution");
    const scores = await algorithms["edge-attribution"].discover(model, some, {
      ...fittingOptions("edge-attribution", task, { ablation: "resample" }),
      signal,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
    const origin = `edge-attribution, resample, ${some.promptCount} prompts, made at the start`;
    return [{ name: "edge attribution", origin, of: scores }];
  } finally {
    if (some !== train) some[Symbol.dispose]();
  }
}

/** What a plain pass takes for each prompt of a few. */
async function secondsPerPrompt(model: PatchableModel, batch: PromptBatch, signal: AbortSignal): Promise<number> {
  const [few] = batch.slices(FEWEST_PROMPTS) as [PromptBatch];
  const started = performance.now();
  (await model.forward(few.clean, { signal })).dispose();
  const seconds = (performance.now() - started) / 1000 / few.size;
  if (few !== batch) few[Symbol.dispose]();
  return seconds;
}
