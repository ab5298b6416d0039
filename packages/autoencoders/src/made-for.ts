import type { BlockAutoencoder } from "@autocircuit/native";
import { hookPlace, type Site } from "./hooks.ts";

/**
 * How the weights of the model that an autoencoder was made for were processed, as far as its files tell: activations inside a model depend on
 * that where its outputs do not.
 */
export type MadeFor = Pick<BlockAutoencoder, "centeredWrites" | "valueBiases">;

/** For activations as the checkpoint's own weights give them: modules of `transformers`, models that TransformerLens loaded without processing. */
export const storedWeights: MadeFor = { centeredWrites: false, valueBiases: true };

/** Places whose activations have mean zero where a model with LayerNorm has centred writing weights. Neurons and what a norm gives are as they were. */
const WITH_MEANS: readonly (Site | undefined)[] = ["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"];

/** Whether what is read at a hook depends on whether writing weights are centred. */
export function readsMeans(hookIn: string): boolean {
  return WITH_MEANS.includes(hookPlace(hookIn).site);
}

/** Whether what is read at a hook depends on where the biases of values are. */
export function readsValues(hookIn: string): boolean {
  return hookPlace(hookIn).site === "z";
}

/** Whether the files leave open what matters for what is read at this hook. */
export function leavesOpen(hookIn: string, { centeredWrites, valueBiases }: MadeFor): boolean {
  return (readsMeans(hookIn) && centeredWrites === undefined) || (readsValues(hookIn) && valueBiases === undefined);
}
