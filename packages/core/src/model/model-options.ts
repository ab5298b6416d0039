import { type DType, dtypes, type KindsOf, kind } from "@autocircuit/base";
import {
  type Ablation,
  type BackwardRules,
  type ForwardRequest,
  hookKinds,
  type KeptRun,
  type Replacement,
  type Tensor,
  type Transformer,
  type TransformerConfig,
} from "@autocircuit/native";
import { ablation, keptRun, outputSlice, tensor } from "../kinds.ts";
import type { Tokenizer } from "../prompts/tokenizer.ts";
import type { Ablate } from "./edge-mask.ts";
import { type ModelProcessing, modelProcessing } from "./model-processing.ts";
import type { OutputSlice } from "./output-slice.ts";

/** Which graph a model is patched by. */
export interface ModelGraphOptions {
  /** Edges between components (default), or node patching along the residual stream. */
  readonly factorized?: boolean | undefined;
  /** Separate destinations for queries, keys and values (default), or one input per head. */
  readonly separateQkv?: boolean | undefined;
  /** Grouped-query attention: K and V destinations for every query head. Default false. */
  readonly ungrouped?: boolean | undefined;
  /** Every edge once at each position; needs `seqLen`. Default false. */
  readonly byToken?: boolean | undefined;
  /** Length of all prompts, if they have the same. */
  readonly seqLen?: number | null | undefined;
  readonly outputSlice?: OutputSlice | undefined;
  /**
   * What the outputs of all sources may take, in bytes, for prompts that are run together; larger batches are run in slices, with the
   * same results. Default 192 MiB, on a GPU 1 GiB; less once memory has ended.
   */
  readonly sliceBytes?: number | undefined;
}

/** What {@link ModelGraphOptions} may be. */
export const modelGraphOptions: KindsOf<ModelGraphOptions> = {
  factorized: kind.flag,
  separateQkv: kind.flag,
  ungrouped: kind.flag,
  byToken: kind.flag,
  seqLen: kind.orNull(kind.count),
  outputSlice,
  sliceBytes: kind.positive,
};

/** What a model is made of. */
export interface PatchableModelOptions extends ModelGraphOptions {
  readonly transformer: Transformer;
  /** By default the transformer's. */
  readonly config?: TransformerConfig | undefined;
  /** Number type of the weights. Default: the type that the transformer computes in. */
  readonly dtype?: DType | undefined;
  /** For prompts given as text. */
  readonly tokenizer?: Tokenizer | undefined;
  /** Tokens that end a text, besides the tokenizer's. */
  readonly endTokens?: readonly number[] | undefined;
  /** How its weights were processed, where that is known. */
  readonly processing?: ModelProcessing | null | undefined;
  /** What tells its weights from those of other models of its name, where that is known; see `modelFingerprint`. */
  readonly fingerprint?: string | null | undefined;
}

/** What {@link PatchableModelOptions} may be. */
export const patchableModelOptions: KindsOf<PatchableModelOptions> = {
  ...modelGraphOptions,
  transformer: kind.required(kind.having("a Transformer", "config", "forward", "device", "dtype")),
  config: kind.record,
  dtype: kind.oneOf(dtypes),
  tokenizer: kind.having("a tokenizer with an `encode`", "encode"),
  endTokens: kind.listOf(kind.whole),
  processing: kind.orNull(modelProcessing),
  fingerprint: kind.orNull(kind.text),
};

/** What a forward pass takes. */
export interface ForwardOptions {
  /**
   * Edges that take the value in `ablation`, for this call only, or how far each does: a tensor `[E]` or `[M, E]`, to which logits carry gradients
   * if it requires them.
   */
  readonly ablate?: Ablate | undefined;
  /** The values ablated edges take. */
  readonly ablation?: Ablation | undefined;
  /** `[S, B or 1, P, D]`: what gradients of inputs are contracted with, in the place of ablated - current outputs. */
  readonly directions?: Tensor | undefined;
  /** A leaf of the shape of `ablation`'s sources, whose numbers are not read: it gets their gradient. Not with autoencoders. */
  readonly ablationLeaf?: Tensor | undefined;
  /** A leaf `[S, B, P, D]`, whose numbers are not read: it gets the gradient of every source's output. */
  readonly outputsLeaf?: Tensor | undefined;
  /** What the backward pass holds constant. */
  readonly rules?: BackwardRules | undefined;
  /** Apply the model's output slice. Default true; false gives the logits of all positions. */
  readonly sliced?: boolean | undefined;
  /** Logits at these positions, instead of a slice. */
  readonly positions?: readonly number[] | undefined;
  /** Values put in the place of the network's at hook points: activation patching; see `hookNames`. Not together with `from`, no gradients. */
  readonly replace?: readonly Replacement[] | undefined;
  /** `[B or 1, P, D]`: what `Resid Start` writes, in the place of the tokens' embedding; not together with `from`. */
  readonly start?: Tensor | undefined;
  /** Start where the first patched edge ends in a run that was kept. */
  readonly from?: KeptRun | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link ForwardOptions} may be. */
export const forwardOptions: KindsOf<ForwardOptions> = {
  ablate: kind.either(
    kind.such("a list of edges", Array.isArray),
    kind.having("a Circuit", "graph", "indices"),
    kind.instance(Float32Array, "a Float32Array"),
    tensor,
  ),
  ablation,
  directions: tensor,
  ablationLeaf: tensor,
  outputsLeaf: tensor,
  rules: kind.record,
  sliced: kind.flag,
  positions: kind.listOf(kind.whole),
  replace: hookKinds.replace!,
  start: tensor,
  from: keptRun,
  signal: kind.signal,
};

/** What {@link PatchableModel.run} takes: a request to the engine without what comes with the tokens. */
export type RunOptions = Omit<ForwardRequest, "tokens" | "padding" | "prefix">;
