import { loadEngineAutoencoders } from "@autocircuit/circuits";
import {
  meanDivergence,
  type PatchableModel,
  type PromptLoader,
  type PrunedLatents,
  pruneLatents,
} from "@autocircuit/core";
import { type Autoencoders, disposeAutoencoders } from "@autocircuit/native";
import type { LatentCommandOptions } from "../support/latent-options.ts";
import { Progress } from "../support/progress.ts";

/** How latents were pruned. */
export interface Pruning extends Pick<PrunedLatents, "kl"> {
  /** How many are left of each autoencoder; by position a list. */
  readonly kept: readonly (number | readonly number[])[];
  /** How many were active; null where the task does not tell. */
  readonly activated: PrunedLatents["activated"] | null;
  /** Prompts that they were pruned by. */
  readonly prompts: number;
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
  /** One edge per token position: then latents are pruned at each position by itself. */
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
  options: LatentCommandOptions,
  { byToken, signal }: WithLatentsOptions,
): Promise<LatentModel> {
  const { autoencoders, partialAutoencoders: partial, autoencoderErrors: errors = true } = options;
  if (autoencoders === undefined) return { model, pruning: null, replacedKl: null };
  const { config, computeDtype: dtype } = model;
  const given = await loadEngineAutoencoders(autoencoders, { config, errors, partial, dtype, signal });
  try {
    const made = async (latents: Autoencoders, pruning: Pruning | null): Promise<LatentModel> => {
      const replaced = model.withAutoencoders(latents);
      try {
        const replacedKl = errors ? null : await meanDivergence(model, replaced, prompts, { signal });
        return { model: replaced, pruning, replacedKl };
      } catch (error) {
        replaced.dispose();
        throw error;
      }
    };
    if (!options.pruneLatents) return await made(given, null);
    using progress = new Progress("pruning latents");
    const pruned = await pruneLatents(model, given, prompts, {
      maxLatents: options.maxLatents,
      includeCorrupt: options.pruneWithCorrupt,
      onProgress: ({ done, total }) => progress.update(done, total),
      byPosition: byToken,
      signal,
    });
    try {
      return await made(pruned.autoencoders, pruningOf(pruned, prompts.promptCount));
    } finally {
      disposeAutoencoders(pruned.autoencoders);
    }
  } finally {
    disposeAutoencoders(given);
  }
}

function pruningOf({ kept, activated, kl }: PrunedLatents, prompts: number): Pruning {
  const counts = kept.map((latents) => {
    const lists = latents.filter((entry) => typeof entry !== "number");
    return lists.length > 0 ? lists.map(({ length }) => length) : latents.length;
  });
  return { kept: counts, activated, kl, prompts };
}
