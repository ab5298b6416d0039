import type { Tensor, Transformer } from "@autocircuit/native";
import type { SizedModel } from "../model/sized-model.ts";
import type { SlicedPrompts } from "./batch-slices.ts";
import { bytesPerPrompt, promptsAtOnce } from "./bytes.ts";
import { halvedWhereMemoryEnds } from "./where-memory-ends.ts";

/** What the sources of a slice may take on a transformer's device, in bytes, after its memory has ended with more. */
const limits = new WeakMap<Transformer, number>();

/** The most that a model's slices may take, in bytes, by what its memory has taught; infinite at first. */
export function sliceLimit(transformer: Transformer): number {
  return limits.get(transformer) ?? Number.POSITIVE_INFINITY;
}

/**
 * Runs work that goes through prompts slice by slice. Where memory ends, the work starts again with slices of half as many prompts, which
 * then stay the size for this transformer; a line on standard error says so.
 *
 * @param work must have no effect before it is done, ask for its slices anew each time, and wait for what it computes
 * @throws AutocircuitError `out-of-memory` when not even one prompt fits; whatever else `work` throws
 */
export async function inSmallerSlices<T>(
  model: SizedModel,
  { count, seqLen, canSlice }: SlicedPrompts,
  work: () => Promise<T>,
): Promise<T> {
  const together = {
    count: () => (canSlice ? Math.min(count, promptsAtOnce(model, seqLen)) : 1),
    lower: (promptCount: number) => void limits.set(model.transformer, promptCount * bytesPerPrompt(model, seqLen)),
    ...{ what: "prompts", option: "sliceBytes sets it from the start" },
  };
  return halvedWhereMemoryEnds(together, work);
}

/** Waits until a tensor is computed: an error of its arithmetic is thrown here. */
export async function computed(tensor: Tensor): Promise<void> {
  using flat = tensor.reshape([-1]);
  using first = flat.slice(0, 0, 1);
  await first.data();
}
