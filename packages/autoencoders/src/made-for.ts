import type { BlockAutoencoder, TransformerConfig } from "@autocircuit/native";
import { hookPlace, isOfModule, type Site } from "./hooks.ts";

/**
 * How the weights of the model that an autoencoder was made for were processed, as far as its files tell: activations inside a model depend on
 * that where its outputs do not.
 */
export interface MadeFor extends Pick<BlockAutoencoder, "centeredWrites" | "valueBiases"> {
  /** Whether the weights of norms were folded into the matrices that read them. */
  readonly foldedNorms?: boolean | undefined;
}

/** For activations as the checkpoint's own weights give them: modules of `transformers`, models that TransformerLens loaded without processing. */
export const storedWeights: MadeFor = { centeredWrites: false, valueBiases: true, foldedNorms: false };

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

/** Whether what is read at a hook is what was written to the stream by others too: autoencoders, whose latents no weights of the model centre. */
export function readsStream(hookIn: string): boolean {
  const { site } = hookPlace(hookIn);
  return readsMeans(hookIn) && site !== "attn_out" && site !== "mlp_out";
}

/**
 * The processing of a model's weights that changed what an autoencoder of this hook was made for. None for weights as they are stored, and where
 * nobody knows: both read what a model's weights give.
 */
export function processedFor(
  hookIn: string,
  { centeredWrites, valueBiases, foldedNorms }: MadeFor = {},
): readonly (keyof MadeFor)[] {
  return [
    ...(readsMeans(hookIn) && centeredWrites === true ? (["centeredWrites"] as const) : []),
    ...(readsValues(hookIn) && valueBiases === false ? (["valueBiases"] as const) : []),
    ...(readsBehindNorm(hookIn) && foldedNorms === true ? (["foldedNorms"] as const) : []),
  ];
}

/** Whether what is read at a hook depends on whether the weights of the norm before it were folded, in a model with LayerNorm. */
function readsBehindNorm(hookIn: string): boolean {
  return hookPlace(hookIn).site === "mlp_normalized" && !isOfModule(hookIn);
}

/** Whether the files leave open what matters for what is read at this hook of a model. */
export function leavesOpen(
  hookIn: string,
  { centeredWrites, valueBiases, foldedNorms }: MadeFor,
  { norm }: Pick<TransformerConfig, "norm">,
): boolean {
  if (readsValues(hookIn)) return valueBiases === undefined;
  if (norm !== "layer") return false;
  if (readsBehindNorm(hookIn)) return foldedNorms === undefined;
  return readsMeans(hookIn) && centeredWrites === undefined;
}
