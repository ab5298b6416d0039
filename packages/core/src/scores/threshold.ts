import { AutocircuitError, kind, signature } from "@autocircuit/base";

const checkSorted = signature("sortedMagnitudes", { values: kind.instance(Float32Array, "a Float32Array") });

/**
 * How important a score makes its edge: its absolute value. `-Infinity` is how other tools mark an edge that is not in the circuit: such
 * an edge comes behind all others.
 */
export function magnitude(score: number): number {
  return score === Number.NEGATIVE_INFINITY ? score : Math.abs(score);
}

/** How many of {@link sortedMagnitudes} belong to edges that are not marked as outside the circuit. */
export function scoredCount(sorted: Float32Array): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > Number.NEGATIVE_INFINITY) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Magnitudes, largest first. One sort serves the thresholds of any number of circuit sizes.
 *
 * @throws AutocircuitError `bad-input` if a score is NaN: NaN has no place in an order.
 */
export function sortedMagnitudes(values: Float32Array): Float32Array {
  checkSorted({ values });
  // A plain loop: there may be millions, and a call for each takes as long as the sort.
  const magnitudes = new Float32Array(values.length);
  for (let edge = 0; edge < values.length; edge++) {
    const value = magnitude(values[edge]!);
    if (Number.isNaN(value))
      throw new AutocircuitError("bad-input", `Prune scores: the score of edge number ${edge} is NaN.`);
    magnitudes[edge] = value;
  }
  return magnitudes.sort().reverse();
}

const checkSize = signature("a circuit of a size", {
  size: kind.such("a number", (value) => typeof value === "number"),
});

/**
 * The threshold of a circuit of `size` edges: the size-th largest magnitude, infinity for size 0.
 *
 * @param sorted What {@link sortedMagnitudes} gives.
 * @throws AutocircuitError `bad-input` if there are not that many edges, or, unless all are asked for, not that many with a score that is
 *   not `-Infinity`.
 */
export function thresholdAt(sorted: Float32Array, size: number): number {
  checkSize({ size });
  if (!Number.isInteger(size) || size < 0 || size > sorted.length) {
    throw new AutocircuitError(
      "bad-input",
      `Circuit size ${size}: must be a whole number from 0 to ${sorted.length}, the number of edges.`,
    );
  }
  if (size === 0) return Number.POSITIVE_INFINITY;
  const threshold = sorted[size - 1]!;
  if (threshold > Number.NEGATIVE_INFINITY || size === sorted.length) return threshold;
  const scored = scoredCount(sorted);
  throw new AutocircuitError(
    "bad-input",
    `Circuit size ${size}: only ${scored} edges have a score; the other ${sorted.length - scored} are marked as not in the circuit (-Infinity). ` +
      `Ask for at most ${scored}, or for all ${sorted.length}.`,
  );
}

/**
 * How many edges a circuit of the asked size really has: every edge tied with the last one is in it too. Size 0 is the
 * empty circuit, even where scores are infinite.
 */
export function actualSize(sorted: Float32Array, size: number): number {
  const threshold = thresholdAt(sorted, size);
  if (size === 0) return 0;
  let low = size;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}
