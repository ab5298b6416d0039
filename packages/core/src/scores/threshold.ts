import { AutocircuitError, kind, signature } from "@autocircuit/native";

const checkSorted = signature("sortedMagnitudes", { values: kind.instance(Float32Array, "a Float32Array") });

/**
 * Absolute values, largest first. One sort serves the thresholds of any number of circuit sizes.
 *
 * @throws AutocircuitError `bad-input` if a score is NaN: NaN has no place in an order.
 */
export function sortedMagnitudes(values: Float32Array): Float32Array {
  checkSorted({ values });
  const magnitudes = values.map(Math.abs);
  const broken = magnitudes.findIndex(Number.isNaN);
  if (broken >= 0) {
    throw new AutocircuitError("bad-input", `Prune scores: the score of edge number ${broken} is NaN.`);
  }
  return magnitudes.sort().reverse();
}

/**
 * The threshold of a circuit of `size` edges: the size-th largest magnitude, infinity for size 0.
 *
 * @param sorted What {@link sortedMagnitudes} gives.
 * @throws AutocircuitError `bad-input` if there are not that many edges.
 */
export function thresholdAt(sorted: Float32Array, size: number): number {
  if (!Number.isInteger(size) || size < 0 || size > sorted.length) {
    throw new AutocircuitError(
      "bad-input",
      `Circuit size ${size}: must be a whole number from 0 to ${sorted.length}, the number of edges.`,
    );
  }
  return size === 0 ? Number.POSITIVE_INFINITY : sorted[size - 1]!;
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
