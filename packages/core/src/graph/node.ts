/** What a group of destinations reads for: a head's queries, keys, values, all three, an MLP, or a point of the residual stream. */
export type DestKind = "q" | "k" | "v" | "qkv" | "mlp" | "mid" | "post" | "end";

/**
 * What a source is: the embedding, a head, an MLP, a latent of an MLP's autoencoder or what that leaves out, the same of attention's and of
 * the residual stream's, or (unfactorised) the residual stream after attention or after a block.
 */
export type SrcKind =
  | "start"
  | "head"
  | "mlp"
  | "latent"
  | "error"
  | "attn-latent"
  | "attn-error"
  | "stream-latent"
  | "stream-error"
  | "mid"
  | "post";

/** Kind of any node. */
export type NodeKind = SrcKind | DestKind;

/** Something that writes to the residual stream. */
export interface SrcNode {
  /** AutoCircuit's name: `Resid Start`, `A0.3`, `MLP 0`, `MLP 0 Latent 17`, `MLP 0 Error`, `Attention 0 Error`, `Resid Post 0 Latent 17`, `Resid Mid 0`, `Resid Post 0`. */
  readonly name: string;
  /** Hook point: `blocks.0.attn.hook_result`. */
  readonly module: string;
  readonly kind: SrcKind;
  /** Layer of the graph (a block counts twice, once if parallel). */
  readonly layer: number;
  /** The block it belongs to. */
  readonly block: number;
  /** Which head of the block, or which latent, by its number in its autoencoder (see `latentNumber`). */
  readonly head: number | null;
  /** Number of this source in network order; `Resid Start` is 0. */
  readonly index: number;
}

/** Something that reads from the residual stream. */
export interface DestNode {
  /** AutoCircuit's name: `A1.2.Q`, `A1.2`, `MLP 1`, `Resid Mid 0`, `Resid End`. */
  readonly name: string;
  /** Hook point: `blocks.1.hook_q_input`. */
  readonly module: string;
  readonly kind: DestKind;
  /** Layer of the graph. */
  readonly layer: number;
  /** The block it belongs to. */
  readonly block: number;
  readonly head: number | null;
  /** Index of the first source with an edge to this node. */
  readonly firstSource: number;
  /** How many sources, from `firstSource` on, have an edge to this node. */
  readonly sourceCount: number;
  /** Which of `graph.groups` it is in. */
  readonly group: number;
}

/**
 * The destinations of one module. Their edges are contiguous in the flat vector: cell
 * `offset + ((token * heads) + head) * sourceCount + (src.index - firstSource)`.
 */
export interface DestGroup {
  /** Hook point: `blocks.3.hook_q_input`. */
  readonly module: string;
  readonly kind: DestKind;
  /** The block it belongs to. */
  readonly block: number;
  /** Layer of the graph (a block counts twice, once if parallel). */
  readonly layer: number;
  /** Number of destination heads; 1 where the module has none. */
  readonly heads: number;
  /** Whether `shape` has a head dimension. */
  readonly hasHeads: boolean;
  readonly firstSource: number;
  readonly sourceCount: number;
  /** Index of its first edge. */
  readonly offset: number;
  /** Number of its edges. */
  readonly size: number;
  /** Shape of its mask: `[token?][head?][source]`. */
  readonly shape: readonly number[];
}
