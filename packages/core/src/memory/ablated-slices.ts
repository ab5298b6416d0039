import type { Ablation } from "@autocircuit/native";
import { type AblationType, ablationKind } from "../ablations/ablation-type.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { SizedModel } from "../model/sized-model.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptSide } from "../prompts/prompt-pair.ts";
import { batchSlices } from "./batch-slices.ts";

/** Some prompts of a batch. */
export interface PlainSlice {
  readonly slice: PromptBatch;
  /** The place of its first prompt in the batch. */
  readonly start: number;
}

/** Some prompts of a batch and the values their ablated edges take. */
export interface AblatedSlice extends PlainSlice {
  /** Freed when the next slice is asked for. */
  readonly ablation: Ablation;
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

/** Goes through the slices of a batch (see {@link batchSlices}), which are freed when the next is asked for. */
export function* plainSlices(model: SizedModel, batch: PromptBatch): Generator<PlainSlice, void, void> {
  let start = 0;
  for (const slice of batchSlices(model, batch)) {
    try {
      yield { slice, start };
    } finally {
      if (slice !== batch) slice[Symbol.dispose]();
    }
    start += slice.size;
  }
}

/**
 * The same with their ablations. Resampled values are made slice by slice, so that those of the whole batch are never held; a mean over the
 * batch is made of the whole batch, once.
 */
export async function* ablatedSlices(
  model: PatchableModel,
  batch: PromptBatch,
  { type, side = "corrupt", shared, signal }: AblatedSlicesOptions,
): AsyncGenerator<AblatedSlice, void, void> {
  const bySlice = shared === undefined && ablationKind(type).values === "other-run";
  using common = shared || bySlice ? null : await model.ablations(batch.tokens(side), type, { signal });
  for (const { slice, start } of plainSlices(model, batch)) {
    using own = bySlice ? await model.ablations(slice.tokens(side), type, { signal }) : null;
    yield { slice, start, ablation: own ?? shared ?? common! };
  }
}
