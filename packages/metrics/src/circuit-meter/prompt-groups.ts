import { bytesPerPrompt, type PatchableModel, type PromptBatch, type PromptLoader } from "@autocircuit/core";

/** What the outputs of all sources may take for prompts that are measured together: little, so that times are known soon. */
const TOGETHER_BYTES = 16 * 2 ** 20;
/** Prompts that are measured together in any case. */
const AT_LEAST = 8;

/** Some of the prompts of a loader. */
export interface PromptGroup {
  /** The batch that they are of, from which means over a batch are made. */
  batch: PromptBatch;
  slice: PromptBatch;
}

/** Cuts all prompts into small groups, in their order. A batch whose prompts have prefixes of their own stays whole. */
export function promptGroups(model: PatchableModel, prompts: PromptLoader, together?: number): PromptGroup[] {
  return prompts.batches.flatMap((batch) => {
    const fitting = Math.floor(TOGETHER_BYTES / bytesPerPrompt(model, batch.length));
    return batch.slices(together ?? Math.max(AT_LEAST, fitting)).map((slice) => ({ batch, slice }));
  });
}
