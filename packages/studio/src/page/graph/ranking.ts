import type { ScoreSet } from "../../api/index.ts";

/**
 * Edges by importance, as the library has it: the size of their score or, signed, the score. `-Infinity` marks an edge as outside every circuit;
 * of equal ones the lower number comes first.
 */
export class Ranking {
  /** Most important first. */
  readonly order: Uint32Array;
  /** How important they are, in that order. */
  readonly importance: Float32Array;
  /** Edges that are not marked as outside. */
  readonly ranked: number;
  readonly values: Float32Array;
  readonly rank: ScoreSet["rank"];

  constructor(values: Float32Array, rank: ScoreSet["rank"] = "absolute") {
    this.values = values;
    this.rank = rank;
    const signed = rank === "signed";
    const key = values.map((value) => (signed || value === Number.NEGATIVE_INFINITY ? value : Math.abs(value)));
    const order = new Uint32Array(values.length);
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => key[b]! - key[a]! || a - b);
    this.order = order;
    const sorted = new Float32Array(order.length);
    let ranked = 0;
    for (let i = 0; i < order.length; i++) {
      sorted[i] = key[order[i]!]!;
      if (sorted[i]! > Number.NEGATIVE_INFINITY) ranked++;
    }
    this.importance = sorted;
    this.ranked = ranked;
  }

  /** The most important edges, most important first; those whose sizes tie with the last are among them, as the library has it. */
  first(size: number): Uint32Array {
    if (this.rank === "signed") return this.order.subarray(0, Math.max(0, Math.min(size, this.ranked)));
    return this.order.subarray(0, size <= 0 ? 0 : this.sizeAt(this.thresholdAt(size)));
  }

  /** How many edges are at least so important. */
  sizeAt(threshold: number): number {
    let low = 0;
    let high = this.ranked;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.importance[middle]! >= threshold) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The least importance among the `size` most important edges; Infinity for none. */
  thresholdAt(size: number): number {
    const last = Math.min(size, this.ranked) - 1;
    return last < 0 ? Number.POSITIVE_INFINITY : this.importance[last]!;
  }
}
