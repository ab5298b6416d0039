import { type KindsOf, kind } from "@autocircuit/base";
import { type LoadedTask, latentPlaces } from "@autocircuit/core";

/** What sparse autoencoders cost the model that a unit's numbers are of: how far it is from the original. */
export interface LatentCosts {
  /** How many latents pruning by the training prompts left of each autoencoder; null where none were pruned by these. */
  readonly prunedLatents: {
    readonly kept: readonly number[];
    /** KL(all latents || those that were kept) in nats, mean over positions; see `PrunedLatents.prunedKl`. */
    readonly prunedKl: number;
  } | null;
  /** KL(the model || what autoencoders make of it) in nats, mean over positions, where what they leave out is dropped; else null. */
  readonly replacedKl: number | null;
}

/** What autoencoders cost a task's model, as loading it measured. */
export function latentCosts({ model, prunedLatents, replacedKl }: LoadedTask): LatentCosts {
  if (prunedLatents === null) return { prunedLatents, replacedKl };
  const kept = latentPlaces(model.graph).map(({ count }) => count);
  return { prunedLatents: { kept, prunedKl: prunedLatents.prunedKl }, replacedKl };
}

/** Their form in a file. */
export const latentCostKinds = {
  prunedLatents: kind.orNull(
    kind.shape("what pruning cost", { kept: kind.listOf(kind.count), prunedKl: kind.numeric }),
  ),
  replacedKl: kind.orNull(kind.numeric),
} satisfies KindsOf<LatentCosts>;
