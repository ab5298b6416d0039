import type { DestKind, SrcKind } from "@autocircuit/core";

/**
 * The graph as a table: the page numbers edges as the library does. An edge's number is
 * `group.offset + (token * group.heads + head) * group.sourceCount + (source - group.firstSource)`, with token 0 where the graph is not by token.
 */
export interface GraphTable {
  edgeCount: number;
  /** Positions of a graph by token, else null. */
  seqLen: number | null;
  /** Blocks of the transformer; a source's or group's `layer` counts attention and MLP apart, as `Graph` does. */
  blocks: number;
  sources: readonly SourceRow[];
  groups: readonly GroupRow[];
}

/** What writes to the residual stream. */
export interface SourceRow {
  name: string;
  kind: SrcKind;
  layer: number;
  block: number;
  /** Head within its block, latent within its autoencoder; null for what has none. */
  head: number | null;
}

/** Destinations of one module, their edges neighbours in the flat vector. */
export interface GroupRow {
  module: string;
  kind: DestKind;
  layer: number;
  block: number;
  offset: number;
  heads: number;
  /** Index of the first source with an edge to it, and how many from there on. */
  firstSource: number;
  sourceCount: number;
  /** Names of the destinations, one for each of `heads`. */
  names: readonly string[];
}
