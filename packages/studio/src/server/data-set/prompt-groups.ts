import { type PromptBatch, promptsAtOnce } from "@autocircuit/core";
import type { StudioSubject } from "../model/studio-subject.ts";

/** Prompts of the data set that are run together. */
export interface PromptGroup {
  /** Number of its first prompt. */
  readonly first: number;
  readonly slice: PromptBatch;
  /** The batch that it is of. */
  readonly batch: PromptBatch;
}

/** How long one pass over a group should take, in ms: what a click waits for at most. */
const PASS_MS = 60;
/** Beyond this prompts no longer gain by being run together; fewer than this take nearly as long, as the weights are read for each pass. */
const [FEWEST_TOGETHER, MOST_TOGETHER] = [4, 64];

/**
 * The data set in groups that are over soon, so that a click in between is answered at once.
 *
 * @param promptMs what a plain pass over one prompt takes
 */
export function promptGroups({ model, prompts }: StudioSubject, promptMs: number): PromptGroup[] {
  const soon = Math.max(FEWEST_TOGETHER, Math.min(MOST_TOGETHER, Math.round(PASS_MS / Math.max(promptMs, 1e-3))));
  const groups: PromptGroup[] = [];
  let first = 0;
  for (const batch of prompts.batches) {
    for (const slice of batch.slices(Math.min(soon, promptsAtOnce(model, batch.length)))) {
      groups.push({ first, slice, batch });
      first += slice.size;
    }
  }
  return groups;
}
