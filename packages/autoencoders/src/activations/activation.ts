import type { Tensor } from "@autocircuit/native";

/** How an autoencoder turns pre-activations into latents. A plain object, so that `scope` hands its tensors on. */
export interface Activation {
  /** In the field's words: `relu`, `jumprelu`, `topk`, ... */
  readonly name: string;
  /** Latents `[rows, latents]` of pre-activations of that shape. */
  readonly apply: (preActivations: Tensor) => Tensor;
  /** The tensors that `apply` reads. */
  readonly parameters: readonly Tensor[];
}
