import type { Tensor } from "./tensor.ts";

/** One block's sparse autoencoder: `a = act(encode x + bias)`, and `decode^T a + outBias` in the place of x. All floating point. */
export interface BlockAutoencoder {
  /** `[latents, width]`, or `[positions, latents, width]` where each position has latents of its own; so too `bias` and `decode`. */
  readonly encode: Tensor;
  /** `[latents]` */
  readonly bias: Tensor;
  /** `[latents, width]` */
  readonly decode: Tensor;
  /**
   * Of a cross-layer transcoder, whose latents write to the outputs of later blocks' MLPs too: a decoder for each block behind its own, in
   * order, as `decode`. Either all blocks' transcoders write to all blocks behind them, or none does.
   */
  readonly decodeLater?: readonly Tensor[] | undefined;
  /** `[width]` */
  readonly outBias: Tensor;
  /** `[latents]`, or by position as `bias`: latents at or below it are 0 (JumpReLU). Without it, negative ones are. */
  readonly threshold?: Tensor | undefined;
  /** All but the so many largest are 0 (TopK). */
  readonly top?: number | undefined;
  /** Of TopK some of whose latents were pruned: all that there were. The largest are looked for among these, so that what is left stays what it was. */
  readonly rivals?: Rivals | undefined;
  /**
   * What its latents are called where some of its file's were left out: their numbers there, or, where each position has its own, a list for
   * each. Without it they are numbered as they stand.
   */
  readonly latentNumbers?: LatentNumbers | undefined;
  /** What tells its weights from those of others, whichever latents are left; unknown for those that come from no file. */
  readonly fingerprint?: string | undefined;
  /**
   * Of what reads the residual stream or what is written to it, in a model with LayerNorm: whether it was made for a model whose writing
   * weights were centred (see `centerWritingWeights` of the loader), whose activations there have mean zero. Made for such a model, one of
   * what an MLP or attention writes reads the same in a model whose weights are not centred, one of the stream refuses it; one that was made for
   * weights as they are stored refuses a model whose weights are centred. Without it, it reads whatever is there.
   */
  readonly centeredWrites?: boolean | undefined;
  /**
   * Of `z`: whether it was made for heads whose values have their biases (true), or for a model where these were moved into the bias of
   * attention's output (false, see `foldValueBiases` of the loader). As above: the second reads the same in both, the first refuses a model
   * that has lost them.
   */
  readonly valueBiases?: boolean | undefined;
}

/** All latents of an autoencoder of which some were pruned. */
export interface Rivals {
  /** `[all, width]` */
  readonly encode: Tensor;
  /** `[all]` */
  readonly bias: Tensor;
  /** Where those that are left stand among all: `[latents]`, or `[positions, latents]`; int64. */
  readonly places: Tensor;
}

/** Numbers of one autoencoder's latents, or a list of them for each position. */
export type LatentNumbers = readonly number[] | readonly (readonly number[])[];
