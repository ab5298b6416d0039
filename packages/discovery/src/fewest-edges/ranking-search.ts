import type { KeptAtSize } from "./smallest-prefix.ts";

/** A ranking that is being followed: its circuit, and where its elimination stands. */
export interface RankingSearch {
  readonly prefix: number;
  readonly curve: readonly KeptAtSize[];
  /** 0 in the circuit, 1 outside; the circuit keeps enough. */
  readonly mask: Float32Array;
  /** Whether the shortest beginning is known; until then the circuit is a longer one. */
  readonly settled: boolean;
  /** Edges dropped together where there are too many for one by one; 0 once that is over. */
  together: number;
  /** Whole nodes that were tried. */
  nodes: number;
  sweep: Sweep;
}

/** One visit of all edges of a circuit. */
export interface Sweep {
  /** Edges when it began; undefined before the first one. */
  before: number | undefined;
  /** 1 for the edges that were visited in it. */
  visited: Uint8Array;
}

/** A visit that has not begun. */
export function newSweep(edgeCount: number): Sweep {
  return { before: undefined, visited: new Uint8Array(edgeCount) };
}

/** A ranking of which a beginning that keeps enough is known. */
export function newRanking(prefix: number, curve: RankingSearch["curve"], mask: Float32Array): RankingSearch {
  return { prefix, curve, mask, settled: false, together: 0, nodes: 0, sweep: newSweep(mask.length) };
}
