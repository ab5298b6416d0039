/**
 * Edges by importance: what the library calls the `size` edges of largest magnitude. `-Infinity` marks an edge as outside every circuit;
 * of equal magnitudes the lower number comes first.
 */
export class Ranking {
  /** Most important first. */
  readonly order: Uint32Array;
  /** Magnitudes in that order. */
  readonly magnitudes: Float32Array;
  /** Edges that are not marked as outside. */
  readonly ranked: number;
  readonly values: Float32Array;

  constructor(values: Float32Array) {
    this.values = values;
    const key = values.map((value) => (value === Number.NEGATIVE_INFINITY ? value : Math.abs(value)));
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
    this.magnitudes = sorted;
    this.ranked = ranked;
  }

  /** The most important edges, most important first; those that tie with the last are among them, as the library has it. */
  first(size: number): Uint32Array {
    return this.order.subarray(0, size <= 0 ? 0 : this.sizeAt(this.thresholdAt(size)));
  }

  /** How many edges have at least this magnitude. */
  sizeAt(threshold: number): number {
    let low = 0;
    let high = this.ranked;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.magnitudes[middle]! >= threshold) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The smallest magnitude among the `size` most important edges; Infinity for none. */
  thresholdAt(size: number): number {
    const last = Math.min(size, this.ranked) - 1;
    return last < 0 ? Number.POSITIVE_INFINITY : this.magnitudes[last]!;
  }
}
