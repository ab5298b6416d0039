import { type PromptSlice, promptSlices, promptsAtOnce } from "@autocircuit/core";
import type { StudioSubject } from "../model/studio-subject.ts";

/** How long one pass over a group should take, in ms: what a click waits for at most. */
const PASS_MS = 60;
/** Beyond this prompts no longer gain by being run together; fewer than this take nearly as long, as the weights are read for each pass. */
const [FEWEST_TOGETHER, MOST_TOGETHER] = [4, 64];

/**
 * The data set in groups that are over soon, so that a click in between is answered at once.
 *
 * @param promptMs what a plain pass over one prompt takes
 */
export function runTogether({ model, prompts }: StudioSubject, promptMs: number): readonly PromptSlice[] {
  const soon = Math.max(FEWEST_TOGETHER, Math.min(MOST_TOGETHER, Math.round(PASS_MS / Math.max(promptMs, 1e-3))));
  return promptSlices(prompts, ({ seqLen }) => Math.min(soon, promptsAtOnce(model, seqLen)));
}
