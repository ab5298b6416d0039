import type { BlockAutoencoder, Tensor } from "@autocircuit/native";

/** How an autoencoder turns pre-activations into latents. A plain object, so that `scope` hands its tensors on. */
export interface Activation {
  /** In the field's words: `relu`, `jumprelu`, `topk`, ... */
  readonly name: string;
  /** Latents `[rows, latents]` of pre-activations of that shape. */
  readonly apply: (preActivations: Tensor) => Tensor;
  /** The number that `apply` goes by, where there is one: how many are kept, how many groups. */
  readonly count?: number | undefined;
  /** The tensors that `apply` reads. */
  readonly parameters: readonly Tensor[];
  /** Those of its parameters that a file has, where others are computed of them. Default: all. */
  readonly stored?: readonly Tensor[] | undefined;
  /**
   * The same as the engine has it, given what makes pre-activations: rows [latents, d_in] and biases [latents]; undefined where latents may be
   * negative or depend on each other otherwise. What it gives goes over what it was given.
   */
  readonly asThreshold?: (encode: Tensor, bias: Tensor, latents: number) => Partial<BlockAutoencoder>;
  /** Why there is no `asThreshold`, in words behind the activation's name. */
  readonly notAsThreshold?: string;
}
