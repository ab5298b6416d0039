import type { PatchableModel } from "../model/patchable-model.ts";
import type { PromptBatch } from "./prompt-batch.ts";

/**
 * What the outputs of all sources may take, in bytes, for prompts that are run together: 128 MiB. A patched run holds about
 * three times as much (ablation, differences, one layer's inputs), with gradients four to five times. 16 prompts of 15 tokens
 * stay whole in GPT-2 small.
 */
export const sliceBytes = 128 * 2 ** 20;

/** How many prompts of so many positions run together, so that their sources take no more than {@link sliceBytes}. At least 1. */
export function promptsAtOnce(
  { graph, config, computeDtype }: Pick<PatchableModel, "graph" | "config" | "computeDtype">,
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

/** The bounds of equal parts of at most `most` each: `[[0, 3], [3, 6], [6, 8]]` for 8 in parts of 3. */
export function equalParts(count: number, most: number): [start: number, end: number][] {
  const parts = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: parts }, (_, part) => [
    Math.ceil((part * count) / parts),
    Math.ceil(((part + 1) * count) / parts),
  ]);
}
