/** Rotary position embedding. */
export interface RotaryConfig {
  /** Leading dimensions of each head that are rotated; even. */
  dim: number;
  /** Pairs are (0, 1), (2, 3), ... instead of (0, dim/2), (1, dim/2 + 1), ... */
  interleaved: boolean;
  /** Inverse frequencies, dim/2 each; one list per kind of block. */
  frequencies: readonly (readonly number[])[];
  /** Factor of cosine and sine per list (YaRN); default 1. */
  scale?: readonly number[];
  /** Which list each block uses; default 0. */
  layerType?: readonly number[];
  /** Positions up to which the frequencies hold; beyond them a longer sequence would need others, and is refused. Default: any. */
  fixedUpTo?: number;
}

/** A transformer as data: every supported architecture is a value of this type. */
export interface TransformerConfig {
  layers: number;
  dModel: number;
  heads: number;
  /** Key/value heads; divides `heads`. */
  kvHeads: number;
  dHead: number;
  /** Width of the MLP; 0 when there is none. */
  dMlp: number;
  dVocab: number;
  dVocabOut: number;
  /** Longest sequence. */
  context: number;
  /** Norm before attention, MLP and unembedding. Its weights are optional: a missing `ln*.w` is a norm without them. */
  norm: "none" | "layer" | "rms";
  eps: number;
  /** No MLPs. */
  attnOnly: boolean;
  /** Attention and MLP read the same residual stream. */
  parallel: boolean;
  /** Each position sees itself and those before it. */
  causal: boolean;
  /** Attention scores are divided by this. */
  attnScale: number;
  positions: "learned" | "rotary" | "none";
  rotary?: RotaryConfig;
  /** Added to learned positions (OPT: 2). */
  positionOffset?: number;
  /** How far back each block sees; 0 is everything. */
  window?: readonly number[];
  activation: "relu" | "gelu" | "gelu_new" | "silu" | "quick_gelu";
  /** The MLP multiplies the activation by a second projection (`W_gate` goes through the activation). */
  gated: boolean;
  /** Attention scores become cap * tanh(scores / cap). */
  attnSoftcap?: number;
  /** Logits become cap * tanh(logits / cap). */
  finalSoftcap?: number;
  /** Factor of the token embedding. */
  embedScale?: number;
  /** Norm of queries and keys: per head, or over all heads together. */
  qkNorm?: "head" | "full";
  /** False: no norm before attention and MLP, only after them (OLMo 2). Default true. */
  preNorm?: boolean;
  /**
   * Norms behind attention and MLP, of what these write (Gemma 2 and 3, OLMo 2). A block has each where its weights, `ln1_post.w` and `ln2_post.w`,
   * are given; this says so before weights are read. Default false.
   */
  postNorms?: boolean;
}
