import { type KindsOf, kind } from "@autocircuit/base";
import { type LoadedTask, latentPlaces } from "@autocircuit/core";

/** What sparse autoencoders cost the model that a unit's numbers are of: how far it is from the original. */
export interface LatentCosts {
  /** How many latents pruning by the training prompts left of each autoencoder; null where none were pruned by these. */
  readonly pruning: {
    readonly kept: readonly number[];
    /** KL(all latents || those that were kept) in nats, mean over positions; see `PrunedLatents.kl`. */
    readonly kl: number;
  } | null;
  /** KL(the model || what autoencoders make of it) in nats, mean over positions, where what they leave out is dropped; else null. */
  readonly replacedKl: number | null;
}

/** What autoencoders cost a task's model, as loading it measured. */
export function latentCosts({ model, latentsKl, replacedKl }: LoadedTask): LatentCosts {
  if (latentsKl === null) return { pruning: null, replacedKl };
  const kept = latentPlaces(model.graph).map(({ count }) => count);
  return { pruning: { kept, kl: latentsKl }, replacedKl };
}

/** Their form in a file. */
export const latentCostKinds = {
  pruning: kind.orNull(kind.shape("what pruning cost", { kept: kind.listOf(kind.count), kl: kind.numeric })),
  replacedKl: kind.orNull(kind.numeric),
} satisfies KindsOf<LatentCosts>;
