/**
 * Destinations that share a module. Their edges are the cells [token?][head][source] of the flat edge vector from
 * `offset` on.
 */
export interface PatchGroup {
  /**
   * What they read: input of queries, keys, values, of all three together, of the MLP, the residual stream after
   * attention (`mid`) or after a block (`post`), or the one before the last norm (`end`).
   */
  kind: "q" | "k" | "v" | "qkv" | "mlp" | "mid" | "post" | "end";
  /** The block it belongs to. */
  block: number;
  /** Destinations in the group: heads, key/value heads for k and v, 1 for mlp, mid, post and end. */
  heads: number;
  /** Index of the first source they can read. */
  firstSource: number;
  /** Number of sources they can read. */
  sourceCount: number;
  /** Cell of the flat edge vector where the group starts. */
  offset: number;
}

/** Which cell of the flat edge vector patches what. */
export interface PatchGraph {
  /** Sources are heads and MLPs; otherwise sources and destinations are points of the residual stream as well. */
  factorized: boolean;
  /** Number of positions that edges are split by; 0 when one edge holds for all. */
  seqLen: number;
  sourceCount: number;
  /** Length of the flat edge vector. */
  edgeCount: number;
  groups: readonly PatchGroup[];
  /** How many latents of each block's autoencoder stand among the sources in the place of its MLP (0: the MLP itself does); none by default. */
  latents?: readonly number[] | undefined;
  /** The same of its heads. */
  attentionLatents?: readonly number[] | undefined;
  /** How many stand for the residual stream behind each block, which is read (`post`) and written anew there (0: it is neither). */
  streamLatents?: readonly number[] | undefined;
  /** Whether what each autoencoder leaves out is a source behind its latents. */
  errors?: boolean | undefined;
}
