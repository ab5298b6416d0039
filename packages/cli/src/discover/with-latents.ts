import { loadEngineAutoencoders } from "@autocircuit/circuits";
import {
  type Graph,
  keepLatents,
  type LoadedTask,
  latentPlaces,
  type PatchableModel,
  type PromptLoader,
  type PrunedLatents,
  pruneLatents,
  replacedModel,
} from "@autocircuit/core";
import { type Autoencoders, disposeAutoencoders } from "@autocircuit/native";
import { type KeepingOptions, keptAs, type LatentsOfFile } from "../support/kept-latents.ts";
import { scaleOf } from "../support/latent-options.ts";
import { Progress } from "../support/progress.ts";

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

/** A model with the latents that were asked for, and what pruning them did. */
export interface LatentModel {
  readonly model: PatchableModel;
  /** Null where nothing was pruned. */
  readonly pruning: Pruning | null;
  /** KL(the model || with autoencoders) in nats, where what they leave out is dropped; else null. */
  readonly replacedKl: number | null;
}

/** How a model gets its latents. */
export interface WithLatentsOptions {
  /** Edges at each position by themselves: then latents are pruned at each position by itself. */
  readonly byToken: boolean;
  readonly signal: AbortSignal;
}

/**
 * The model with the autoencoders that were asked for, or itself.
 *
 * @param prompts by which latents are pruned
 * @param options that `requireLatentOptions` has let through
 */
export async function withLatents(
  model: PatchableModel,
  prompts: PromptLoader,
  options: KeepingOptions,
  { byToken, signal }: WithLatentsOptions,
): Promise<LatentModel> {
  const { autoencoders, partialAutoencoders: partial, keptBy } = options;
  const { autoencoderErrors: errors = keptBy?.latentErrors ?? true } = options;
  if (autoencoders === undefined) return { model, pruning: null, replacedKl: null };
  const { config, computeDtype: dtype } = model;
  const scale = scaleOf(options);
  const given = await loadEngineAutoencoders(autoencoders, { config, errors, partial, scale, dtype, signal });
  try {
    const made = (latents: Autoencoders) => replacedModel(model, latents, prompts, { signal });
    if (keptBy !== undefined) {
      const kept = await keptAs(keptBy, () => keepLatents(given, keptBy));
      try {
        const latent = await made(kept);
        return { ...latent, pruning: keptAsIn(keptBy, latent.model.graph) };
      } finally {
        disposeAutoencoders(kept);
      }
    }
    if (!options.pruneLatents) return { ...(await made(given)), pruning: null };
    using progress = new Progress("pruning latents");
    const left = await pruneLatents(model, given, prompts, {
      maxLatents: options.maxLatents,
      includeCorrupt: options.pruneWithCorrupt,
      onProgress: ({ done, total }) => progress.update(done, total),
      byPosition: byToken,
      signal,
    });
    try {
      return { ...(await made(left.autoencoders)), pruning: pruned(left, prompts.promptCount) };
    } finally {
      disposeAutoencoders(left.autoencoders);
    }
  } finally {
    disposeAutoencoders(given);
  }
}

/** What is kept as a file says; null where all latents are. */
function keptAsIn({ file, keptLatents }: LatentsOfFile, graph: Graph): Pruning | null {
  if (keptLatents === undefined) return null;
  const kept = latentPlaces(graph).map(({ count }) => count);
  return { kept, activated: null, kl: null, prompts: null, from: file };
}

/** What making a task's latents did: what a file said to keep, or what was pruned; null where all are there. */
export function pruningOf({ model, train, prunedLatents }: LoadedTask, { keptBy }: KeepingOptions): Pruning | null {
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
