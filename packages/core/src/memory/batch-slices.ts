import type { SizedModel } from "../model/sized-model.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import { promptsAtOnce } from "./bytes.ts";

/** Prompts that are run in slices. */
export interface SlicedPrompts {
  readonly count: number;
  /** Positions. */
  readonly seqLen: number;
  /** Whether they can be taken apart. */
  readonly canSlice: boolean;
}

/** How a batch may be cut, for `inSmallerSlices`. */
export function slicedPrompts({ size, seqLen, prefixShared }: PromptBatch): SlicedPrompts {
  return { count: size, seqLen, canSlice: prefixShared };
}

/**
 * Cuts a batch into parts that are run one after the other, by the memory they need; small models get the batch itself. A mean over
 * the prompts of a batch is the sum over its slices of `slice.size / batch.size` times the slice's mean.
 *
 * A batch whose prompts each have a cached prefix of their own stays whole.
 */
export function batchSlices(model: SizedModel, batch: PromptBatch): readonly PromptBatch[] {
  return batch.slices(promptsAtOnce(model, batch.seqLen));
}
