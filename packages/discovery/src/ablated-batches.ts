import {
  type AblationType,
  dataSetSides,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
} from "@autocircuit/core";
import type { Ablation } from "@autocircuit/native";

/** A batch of prompts and the values its ablated edges take. */
export interface AblatedBatch {
  batch: PromptBatch;
  /** Made from the corrupt prompts; freed when the next batch is asked for. */
  ablation: Ablation;
}

/**
 * Goes through the batches with their ablations, `passes` times (default once). Means over the data set are made once,
 * for all batches; the other types batch by batch.
 */
export async function* ablatedBatches(
  model: PatchableModel,
  prompts: PromptLoader,
  type: AblationType,
  { signal, passes = 1 }: { signal?: AbortSignal | undefined; passes?: number } = {},
): AsyncGenerator<AblatedBatch, void, void> {
  using shared = dataSetSides(type) === undefined ? null : await model.ablations(prompts, type, { signal });
  for (let pass = 0; pass < passes; pass++) {
    for (const batch of prompts.batches) {
      if (shared === null) {
        using ablation = await model.ablations(batch.corrupt, type, { signal });
        yield { batch, ablation };
      } else {
        yield { batch, ablation: shared };
      }
    }
  }
}
