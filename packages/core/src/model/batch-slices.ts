import { elementBytes, sourceRows } from "@autocircuit/native";
import type { PromptBatch } from "../prompts/prompt-batch.ts";
import { firstLatentRow } from "./latents.ts";
import type { SizedModel } from "./sized-model.ts";

/**
 * What the outputs of all sources may usually take, in bytes, for prompts that are run together: 128 MiB. With
 * gradients a patched run holds about four times as much (ablation, differences, their gradients, one layer's inputs). 16 prompts of 15 tokens
 * stay whole in GPT-2 small.
 */
export const usualSliceBytes = 128 * 2 ** 20;

/** The same on a GPU, where a pass of few prompts costs as much as one of many: 1 GiB. */
export const deviceSliceBytes = 2 ** 30;

type Widths = Pick<SizedModel, "graph" | "config" | "computeDtype">;

/** Latents are kept as they are: what gradients hold besides, see {@link usualSliceBytes}, is of the other sources. */
const LATENT_SHARE = 0.25;

/** What the outputs of all sources take for one prompt of so many positions, in bytes. */
export function bytesPerPrompt({ graph, config, computeDtype }: Widths, positions: number): number {
  const ordinary = graph.config.latents ? firstLatentRow(graph) : graph.srcs.length;
  const rows = ordinary + LATENT_SHARE * (sourceRows(graph.toNative(), config) - ordinary);
  return rows * positions * config.dModel * elementBytes(computeDtype);
}

/** How many prompts of so many positions run together, so that their sources take no more than the model's `sliceBytes`. At least 1. */
export function promptsAtOnce(model: Widths & Pick<SizedModel, "sliceBytes">, positions: number): number {
  return Math.max(1, Math.floor(model.sliceBytes / bytesPerPrompt(model, positions)));
}

/** Prompts that are run in slices. */
export interface SlicedPrompts {
  readonly count: number;
  /** Positions. */
  readonly length: number;
  /** Whether they can be taken apart. */
  readonly canSlice: boolean;
}

/** How a batch may be cut, for `inSmallerSlices`. */
export function slicedPrompts({ size, length, prefixShared }: PromptBatch): SlicedPrompts {
  return { count: size, length, canSlice: prefixShared };
}

/**
 * Cuts a batch into parts that are run one after the other, by the memory they need; small models get the batch itself. A mean over
 * the prompts of a batch is the sum over its slices of `slice.size / batch.size` times the slice's mean.
 *
 * A batch whose prompts each have a cached prefix of their own stays whole.
 */
export function batchSlices(model: SizedModel, batch: PromptBatch): readonly PromptBatch[] {
  return batch.slices(promptsAtOnce(model, batch.length));
}
