import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PatchableModel } from "./patchable-model.ts";

/**
 * What the outputs of all sources may usually take, in bytes, for prompts that are run together: 128 MiB. With
 * gradients a patched run holds about four times as much (ablation, differences, their gradients, one layer's inputs). 16 prompts of 15 tokens
 * stay whole in GPT-2 small.
 */
export const usualSliceBytes = 128 * 2 ** 20;

/** How many prompts of so many positions run together, so that their sources take no more than the model's `sliceBytes`. At least 1. */
export function promptsAtOnce(
  { graph, config, computeDtype, sliceBytes }: Pick<PatchableModel, "graph" | "config" | "computeDtype" | "sliceBytes">,
  positions: number,
): number {
  const bytes = graph.srcs.length * positions * config.dModel * (computeDtype === "float64" ? 8 : 4);
  return Math.max(1, Math.floor(sliceBytes / bytes));
}

/**
 * Cuts a batch into parts that are run one after the other, by the memory they need; small models get the batch itself. A mean over
 * the prompts of a batch is the sum over its slices of `slice.size / batch.size` times the slice's mean.
 *
 * A batch whose prompts each have a cached prefix of their own stays whole.
 */
export function batchSlices(model: PatchableModel, batch: PromptBatch): readonly PromptBatch[] {
  return batch.slices(promptsAtOnce(model, batch.length));
}
