import { loadEngineAutoencoders } from "@autocircuit/circuits";
import { type PatchableModel, type PromptLoader, pruneLatents } from "@autocircuit/core";
import { disposeAutoencoders } from "@autocircuit/native";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";

/**
 * The model with the autoencoders that were asked for, or itself.
 *
 * @throws UsageError for options about autoencoders without any
 */
export async function withLatents(
  model: PatchableModel,
  train: PromptLoader,
  { autoencoders, pruneLatents: prune, autoencoderErrors: errors }: SubjectCommandOptions,
  signal: AbortSignal,
): Promise<PatchableModel> {
  if (autoencoders === undefined) {
    if (prune === undefined && errors === undefined) return model;
    throw new UsageError("--prune-latents and --autoencoder-errors are about --autoencoders: give a folder of them.");
  }
  const given = await loadEngineAutoencoders(autoencoders, { config: model.config, errors: errors ?? true, signal });
  try {
    if (!prune) return model.withAutoencoders(given);
    const { autoencoders: kept } = await pruneLatents(model, given, train, {
      byPosition: model.graph.tokens !== null,
      signal,
    });
    try {
      return model.withAutoencoders(kept);
    } finally {
      disposeAutoencoders(kept);
    }
  } finally {
    disposeAutoencoders(given);
  }
}
