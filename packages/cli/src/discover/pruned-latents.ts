import { type Graph, type LoadedTask, latentPlaces, type PrunedLatents } from "@autocircuit/core";
import type { KeepingOptions, LatentsOfFile } from "../support/kept-latents.ts";

/** What is left of latents that were pruned, or that a file said to keep. */
export interface LeftLatents {
  /** How many are left of each autoencoder; by position a list. */
  readonly kept: readonly (number | readonly number[])[];
  /** How many were active; null where that is not known. */
  readonly activated: PrunedLatents["activated"] | null;
  /** See `PrunedLatents.prunedKl`; null where a file said what to keep. */
  readonly prunedKl: number | null;
  /** Prompts that they were pruned by; null where a file said what to keep. */
  readonly promptCount: number | null;
  /** The file that said what to keep. */
  readonly from?: string;
}

/** What is kept as a file says; null where all latents are. */
function keptAsIn({ file, keptLatents }: LatentsOfFile, graph: Graph): LeftLatents | null {
  if (keptLatents === undefined) return null;
  const kept = latentPlaces(graph).map(({ count }) => count);
  return { kept, activated: null, prunedKl: null, promptCount: null, from: file };
}

/** What making a model's latents did: what a file said to keep, or what was pruned; null where all are there. */
export function prunedLatentsOf(
  { model, train, prunedLatents }: Pick<LoadedTask, "model" | "train" | "prunedLatents">,
  { keptBy }: KeepingOptions,
): LeftLatents | null {
  if (keptBy) return keptAsIn(keptBy, model.graph);
  return prunedLatents && pruned(prunedLatents, train.promptCount);
}

function pruned({ kept, activated, prunedKl }: Omit<PrunedLatents, "autoencoders">, promptCount: number): LeftLatents {
  const counts = kept.map((latents) => {
    const lists = latents.filter((entry) => typeof entry !== "number");
    return lists.length > 0 ? lists.map(({ length }) => length) : latents.length;
  });
  return { kept: counts, activated, prunedKl, promptCount };
}
