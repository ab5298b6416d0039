import type { Ablation } from "@autocircuit/native";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptSide } from "../prompts/prompt-pair.ts";
import type { AblationType } from "./ablation-type.ts";
import { batchSlices } from "./batch-slices.ts";
import type { PatchableModel } from "./patchable-model.ts";

/** Some prompts of a batch and the values their ablated edges take. */
export interface AblatedSlice {
  readonly slice: PromptBatch;
  /** The place of its first prompt in the batch. */
  readonly start: number;
  /** Freed when the next slice is asked for. */
  readonly using: Ablation;
}

/** Which ablation {@link ablatedSlices} makes. */
export interface AblatedSlicesOptions {
  readonly type: AblationType;
  /** The prompts it is made from. Default corrupt. */
  readonly side?: PromptSide | undefined;
  /** The mean over the data set, for types that are one; stays the caller's. */
  readonly shared?: Ablation | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Goes through the slices of a batch (see {@link batchSlices}) with their ablations. Resampled values are made slice by slice, so that
 * those of the whole batch are never held; a mean over the batch is made of the whole batch, once.
 */
export async function* ablatedSlices(
  model: PatchableModel,
  batch: PromptBatch,
  { type, side = "corrupt", shared, signal }: AblatedSlicesOptions,
): AsyncGenerator<AblatedSlice, void, void> {
  const slices = batchSlices(model, batch);
  const bySlice = shared === undefined && type === "resample" && slices.length > 1;
  using common = shared === undefined && !bySlice ? await model.ablations(batch.tokens(side), type, { signal }) : null;
  let start = 0;
  for (const slice of slices) {
    try {
      if (bySlice) {
        using own = await model.ablations(slice.tokens(side), type, { signal });
        yield { slice, start, using: own };
      } else {
        yield { slice, start, using: shared ?? common! };
      }
    } finally {
      if (slice !== batch) slice[Symbol.dispose]();
    }
    start += slice.size;
  }
}
