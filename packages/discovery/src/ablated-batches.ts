import {
  type AblatedSlice,
  type AblationType,
  ablatedSlices,
  dataSetSides,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  type PromptSide,
} from "@autocircuit/core";
import type { Ablation } from "@autocircuit/native";

/** A batch of prompts, to be run in slices that fit into memory. */
export interface AblatedBatch {
  batch: PromptBatch;
  /** Its slices with the values their ablated edges take; made anew by every call. */
  slices: () => AsyncIterable<AblatedSlice>;
}

/** How {@link ablatedBatches} goes through the batches. */
export interface AblatedBatchesOptions {
  readonly signal?: AbortSignal | undefined;
  /** How many times. Default 1. */
  readonly passes?: number | undefined;
  /** The prompts that values are made from where they are made batch by batch. Default corrupt. */
  readonly side?: PromptSide | undefined;
}

/**
 * Goes through the batches with their ablations. Means over the data set are made once, for all batches; the other types batch by batch,
 * resampled values slice by slice. A given ablation, one for all prompts, stays the caller's.
 */
export async function* ablatedBatches(
  model: PatchableModel,
  prompts: PromptLoader,
  type: AblationType | Ablation,
  { signal, passes = 1, side }: AblatedBatchesOptions = {},
): AsyncGenerator<AblatedBatch, void, void> {
  const given = typeof type === "string" ? undefined : type;
  using mean =
    typeof type !== "string" || dataSetSides(type) === undefined
      ? null
      : await model.ablations(prompts, type, { signal });
  const shared = given ?? mean ?? undefined;
  for (let pass = 0; pass < passes; pass++) {
    for (const batch of prompts.batches) {
      const made = given ? "zero" : (type as AblationType);
      yield { batch, slices: () => ablatedSlices(model, batch, { type: made, side, shared, signal }) };
    }
  }
}
