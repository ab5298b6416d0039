import { type Ablation, scope, Tensor } from "@autocircuit/native";
import { type AblationType, dataSetSides } from "../ablations/ablation-type.ts";
import { type LongOptions, throwIfAborted } from "../model/long-options.ts";
import type { PatchableModel } from "../model/patchable-model.ts";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import type { PromptLoader } from "../prompts/prompt-loader.ts";
import type { PromptSide } from "../prompts/prompt-pair.ts";
import { type AblatedSlice, ablatedSlices, type PlainSlice, plainSlices } from "./ablated-slices.ts";
import { slicedPrompts } from "./batch-slices.ts";
import { inSmallerSlices } from "./in-smaller-slices.ts";

/** How {@link overPrompts} goes through prompts of which nothing is ablated. */
export interface OverPromptsOptions extends LongOptions {
  /** How often each prompt is run in a round, for progress. Default 1. */
  readonly passes?: number | undefined;
  /** How often all prompts are gone through. Default 1. */
  readonly rounds?: number | undefined;
}

/** How {@link overPrompts} goes through prompts with what their ablated edges take. */
export interface OverAblatedPromptsOptions extends OverPromptsOptions {
  /** The kind of ablation, or one for all prompts, which stays the caller's. */
  readonly ablation: AblationType | Ablation;
  /** The prompts that values are made from where they are made batch by batch. Default corrupt. */
  readonly ablateFrom?: PromptSide | undefined;
}

/** How {@link overBatch} goes through a batch. */
export interface OverBatchOptions extends Pick<LongOptions, "signal"> {
  /** The kind of ablation, but none that is a mean over all prompts; or one that was made, which stays the caller's. */
  readonly ablation: AblationType | Ablation;
  /** The prompts that values are made from. Default corrupt. */
  readonly ablateFrom?: PromptSide | undefined;
}

/** Tells how far one has come within a slice. */
export interface Stepping {
  /** So many prompts were run, those of the slice by default. */
  readonly step: (promptCount?: number) => void;
}

/** A batch of prompts that is run in slices. */
export interface PromptsOfBatch<Slice> {
  readonly batch: PromptBatch;
  /** The place of its first prompt among all. */
  readonly first: number;
  /**
   * Does work that goes through the batch's slices. Tensors made in it are freed, but for what it returns. Where memory ends it starts again
   * with smaller slices, so it must have no effect before it is done, and wait for what it computes.
   */
  run<T>(work: (slices: AsyncIterable<Slice & Stepping>) => Promise<T>): Promise<T>;
  /**
   * The same for work that adds slice after slice to what it has, of which a tensor is freed once another has taken its place.
   *
   * @param finish waits for what was computed, and makes what is returned. Default: what there is, which must be computed
   */
  fold<Sum>(add: (before: Sum | undefined, slice: Slice & Stepping) => Promise<Sum>): Promise<Sum>;
  fold<Sum, T>(
    add: (before: Sum | undefined, slice: Slice & Stepping) => Promise<Sum>,
    finish: (sum: Sum) => Promise<T>,
  ): Promise<T>;
}

/**
 * The way through prompts that everything takes which runs them: batch by batch, each in slices that fit into memory, and in smaller ones where
 * it does not, with the values of ablated edges made once where they are a mean over all prompts, else batch by batch or slice by slice.
 * Progress is told as steps are, and taken back where work starts again.
 *
 * @example
 * let sum = 0;
 * for await (const { fold } of overPrompts(model, prompts, { ablation: "resample" })) {
 *   sum += await fold(async (before: number = 0, { slice, ablation }) => {
 *     const logits = await model.forward(slice.clean, { ablate: ["A0.3->A1.2.Q"], ablation });
 *     return before + Number(await logits.sum().item());
 *   });
 * }
 */
export function overPrompts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: OverAblatedPromptsOptions,
): AsyncGenerator<PromptsOfBatch<AblatedSlice>, void, void>;
export function overPrompts(
  model: PatchableModel,
  prompts: PromptLoader,
  options?: OverPromptsOptions,
): AsyncGenerator<PromptsOfBatch<PlainSlice>, void, void>;
export async function* overPrompts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: OverPromptsOptions & Partial<OverAblatedPromptsOptions> = {},
): AsyncGenerator<PromptsOfBatch<PlainSlice>, void, void> {
  const { ablation, ablateFrom: side, passes = 1, rounds = 1, signal, onProgress } = options;
  const type = typeof ablation === "string" ? ablation : undefined;
  using mean = type && dataSetSides(type) ? await model.ablations(prompts, type, { signal }) : null;
  const shared = mean ?? (typeof ablation === "string" ? undefined : ablation);
  const total = passes * rounds * prompts.promptCount;
  let done = 0;
  const step = (promptCount: number) => {
    done += promptCount;
    onProgress?.({ done, total });
  };
  for (let round = 0; round < rounds; round++) {
    let first = 0;
    for (const batch of prompts.batches) {
      const before = done;
      const slices = () => {
        done = before;
        return ablation === undefined
          ? plainSlices(model, batch)
          : ablatedSlices(model, batch, { type: type ?? "zero", side, shared, signal });
      };
      yield promptsOfBatch(model, batch, first, slices, step, signal);
      first += batch.size;
    }
  }
}

/**
 * The same way through a single batch, for who looks at one now and then.
 *
 * @throws AutocircuitError `bad-input`, once it is run, for a mean over all prompts: make it with `model.ablations` and give that
 * @example
 * const logits = await overBatch(model, prompts.batches[0]!, { ablation: "resample" }).run(async (slices) => {
 *   const parts: Tensor[] = [];
 *   for await (const { slice, ablation } of slices)
 *     parts.push(await model.forward(slice.clean, { ablate: ["A0.3->A1.2.Q"], ablation }));
 *   return Tensor.cat(parts);
 * });
 */
export function overBatch(
  model: PatchableModel,
  batch: PromptBatch,
  { ablation, ablateFrom: side, signal }: OverBatchOptions,
): PromptsOfBatch<AblatedSlice> {
  const [type, shared] = typeof ablation === "string" ? [ablation] : (["zero", ablation] as const);
  const slices = () => ablatedSlices(model, batch, { type, side, shared, signal });
  return promptsOfBatch(model, batch, 0, slices, () => {}, signal);
}

function promptsOfBatch<Slice extends PlainSlice>(
  model: PatchableModel,
  batch: PromptBatch,
  first: number,
  slices: () => AsyncIterable<Slice> | Iterable<Slice>,
  step: (promptCount: number) => void,
  signal: AbortSignal | undefined,
): PromptsOfBatch<Slice> {
  async function* stepping(): AsyncGenerator<Slice & Stepping, void, void> {
    for await (const one of slices()) {
      throwIfAborted(signal);
      yield { ...one, step: (promptCount = one.slice.size) => step(promptCount) };
    }
  }
  const run: PromptsOfBatch<Slice>["run"] = (work) =>
    inSmallerSlices(model, slicedPrompts(batch), () => scope(() => work(stepping())));
  const fold = <Sum, T>(
    add: (before: Sum | undefined, slice: Slice & Stepping) => Promise<Sum>,
    finish?: (sum: Sum) => Promise<T>,
  ): Promise<Sum | T> =>
    run(async (parts) => {
      let sum: Sum | undefined;
      for await (const part of parts) {
        const before = sum;
        sum = await scope(() => add(before, part));
        if (before instanceof Tensor && before !== sum) before.dispose();
      }
      return finish ? finish(sum!) : sum!;
    });
  return { batch, first, run, fold: fold as PromptsOfBatch<Slice>["fold"] };
}
