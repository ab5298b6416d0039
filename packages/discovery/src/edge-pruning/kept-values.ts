import { hardConcreteShift, hardConcreteTemperature } from "../masks/hard-concrete.ts";

/** Bounds of a probability of being kept. */
const LEAST = 1e-6;
/** What the log-odds of those that are kept are multiplied by, as Louizos, Welling and Kingma's successors do. */
const SHARPNESS = 0.8;
/** How exactly a threshold is found. */
const EXACT = 1e-5;

/** How likely samples of hard concrete masks are to be above 0, from 1e-6 to one less that. */
export function keepProbabilities(logAlpha: ArrayLike<number>): Float64Array {
  return Float64Array.from(logAlpha, (value) =>
    Math.min(1 - LEAST, Math.max(LEAST, sigmoid(value - hardConcreteShift))),
  );
}

/**
 * Masks without chance: as many as are to be expected to be 0 are, the least; of the others the log-odds, a little flatter, as a share.
 */
export function deterministicMasks(logAlpha: ArrayLike<number>): Float64Array {
  const expected = keepProbabilities(logAlpha).reduce((sum, kept) => sum + (1 - kept), 0);
  const masks = Float64Array.from(logAlpha, (value) => sigmoid((value / hardConcreteTemperature) * SHARPNESS));
  const order = [...masks.keys()].sort((a, b) => logAlpha[a]! - logAlpha[b]!);
  for (const least of order.slice(0, Math.round(expected))) masks[least] = 0;
  return masks;
}

/** One less the mean of masks. */
export function softSparsity(masks: ArrayLike<number>): number {
  return 1 - Array.from(masks).reduce((sum, mask) => sum + mask, 0) / masks.length;
}

/**
 * Which masks are above the threshold that leaves out as many as their sparsity says, and no more.
 *
 * @param masks from 0 to 1
 */
export function keptByThreshold(masks: ArrayLike<number>): boolean[] {
  const most = softSparsity(masks);
  const values = Array.from(masks);
  let [low, high] = [0, 1];
  while (high - low > EXACT) {
    const middle = (low + high) / 2;
    const left = values.filter((mask) => mask <= middle).length / values.length;
    if (left > most) high = middle;
    else low = middle;
  }
  return values.map((mask) => mask > low);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
