import { kind, signature } from "@autocircuit/base";
import { promptLoader } from "../kinds.ts";
import type { PromptBatch } from "./prompt-batch.ts";
import type { PromptLoader } from "./prompt-loader.ts";

/** Some of the prompts of a loader, which are run together. */
export interface PromptSlice {
  /** Number of its first prompt. */
  readonly first: number;
  readonly slice: PromptBatch;
  /** The batch that they are of, from which means over a batch are made. */
  readonly batch: PromptBatch;
}

const check = signature("promptSlices", { prompts: promptLoader, most: kind.callback });

/** All prompts in slices of at most so many, in their order. A batch whose prompts have prefixes of their own stays whole. */
export function promptSlices(prompts: PromptLoader, most: (batch: PromptBatch) => number): readonly PromptSlice[] {
  check({ prompts, most });
  const slices: PromptSlice[] = [];
  let first = 0;
  for (const batch of prompts.batches) {
    for (const slice of batch.slices(most(batch))) {
      slices.push({ first, slice, batch });
      first += slice.size;
    }
  }
  return slices;
}
