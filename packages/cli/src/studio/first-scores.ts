import type { LoadedTask } from "@autocircuit/core";
import { algorithms, fittingOptions } from "@autocircuit/discovery";
import type { GivenSet } from "@autocircuit/studio";
import { Progress } from "../support/progress.ts";

/** Scores that would take longer than this are left to the page. */
const QUICK_SECONDS = 20;
/** Edge attribution takes about so many plain passes: one forward, one backward, and one for the ablation. */
const PASSES = 4;

/**
 * Scores to begin with, where nobody gave any and they are quickly made: edge attribution on the training prompts.
 *
 * @returns none where they would take too long
 */
export async function firstScores(
  task: LoadedTask,
  { signal, print }: { signal: AbortSignal; print: (line: string) => void },
): Promise<GivenSet[]> {
  const { model, train } = task;
  const [batch] = train.batches;
  if (batch === undefined) return [];
  const started = performance.now();
  (await model.forward(batch.clean, { signal })).dispose();
  const seconds = ((performance.now() - started) / 1000) * train.length * PASSES;
  if (seconds > QUICK_SECONDS) {
    print(`scores: edge attribution would take some ${Math.ceil(seconds)} s; start it in the page, or give --scores`);
    return [];
  }
  using progress = new Progress("edge-attribution");
  const options = fittingOptions("edge-attribution", task, { ablation: "resample" });
  const scores = await algorithms["edge-attribution"].discover(model, train, {
    ...options,
    signal,
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  return [{ name: "edge attribution", origin: "edge-attribution, resample, made at the start", of: scores }];
}
