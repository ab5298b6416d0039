import { type Graph, type LoadedTask, latentPlaces, type PrunedLatents } from "@autocircuit/core";
import type { KeepingOptions, LatentsOfFile } from "../support/kept-latents.ts";

/** How latents were pruned, or by which file they were kept. */
export interface Pruning {
  /** How many are left of each autoencoder; by position a list. */
  readonly kept: readonly (number | readonly number[])[];
  /** How many were active; null where that is not known. */
  readonly activated: PrunedLatents["activated"] | null;
  /** See `PrunedLatents.kl`; null where a file said what to keep. */
  readonly kl: number | null;
  /** Prompts that they were pruned by; null where a file said what to keep. */
  readonly prompts: number | null;
  /** The file that said what to keep. */
  readonly from?: string;
}

/** What is kept as a file says; null where all latents are. */
function keptAsIn({ file, keptLatents }: LatentsOfFile, graph: Graph): Pruning | null {
  if (keptLatents === undefined) return null;
  const kept = latentPlaces(graph).map(({ count }) => count);
  return { kept, activated: null, kl: null, prompts: null, from: file };
}

/** What making a model's latents did: what a file said to keep, or what was pruned; null where all are there. */
export function pruningOf(
  { model, train, prunedLatents }: Pick<LoadedTask, "model" | "train" | "prunedLatents">,
  { keptBy }: KeepingOptions,
): Pruning | null {
  if (keptBy) return keptAsIn(keptBy, model.graph);
  return prunedLatents && pruned(prunedLatents, train.promptCount);
}

function pruned({ kept, activated, kl }: Omit<PrunedLatents, "autoencoders">, prompts: number): Pruning {
  const counts = kept.map((latents) => {
    const lists = latents.filter((entry) => typeof entry !== "number");
    return lists.length > 0 ? lists.map(({ length }) => length) : latents.length;
  });
  return { kept: counts, activated, kl, prompts };
}
