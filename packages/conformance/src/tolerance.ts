/** Where two arrays differ most, relative to what is allowed there. */
export interface Difference {
  /** Index of the worst element. */
  index: number;
  actual: number;
  expected: number;
  /** Largest absolute difference anywhere. */
  maxAbs: number;
  /** What would have been allowed at `index`. */
  allowed: number;
}

/** Extra parts of the largest value that are allowed for quantities that magnify float32 noise. */
export interface ToleranceOptions {
  /** Added to the tolerance as this share of the largest expected value. Default 0. */
  ofMax?: number;
  /** Largest expected value, when the array is a part of a larger set (all modules of a score set). */
  max?: number;
  /** What narrower number types are measured by where it is larger: the size of what was rounded on the way to these values. */
  rounded?: number;
}

/** Largest finite absolute value. */
export function maxAbs(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size > max && size !== Number.POSITIVE_INFINITY) max = size;
  }
  return max;
}

/**
 * Compares two arrays element by element: `|actual - expected| <= 3e-6 + 1e-3 |expected| + 1e-4 max|expected|`.
 * Infinities must be equal, and a NaN never is.
 *
 * @returns undefined when every element is within tolerance
 */
export function tensorDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  options: ToleranceOptions = {},
): Difference | undefined {
  const largest = options.max ?? maxAbs(expected);
  const base = 3e-6 + (1e-4 + (options.ofMax ?? 0)) * largest;
  return worst(actual, expected, (value) => base + 1e-3 * Math.abs(value));
}

/** Compares two scalars: `|actual - expected| <= 2e-4 + 1e-3 |expected|`, plus `ofMax` of `max`. */
export function scalarDifference(
  actual: number,
  expected: number,
  options: ToleranceOptions = {},
): Difference | undefined {
  const extra = (options.ofMax ?? 0) * (options.max ?? Math.abs(expected));
  return worst([actual], [expected], (value) => 2e-4 + 1e-3 * Math.abs(value) + extra);
}

/** Compares results of a number type narrower than float32: `|actual - expected| <= bound max|expected|`. */
export function narrowDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number,
  max: number = maxAbs(expected),
): Difference | undefined {
  return worst(actual, expected, () => bound * max);
}

function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowedAt: (value: number) => number,
): Difference | undefined {
  let found: Difference | undefined;
  let worstRatio = 1;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const want = expected[i] as number;
    const have = actual[i] as number;
    if (have === want) continue;
    const off = Number.isFinite(want) && Number.isFinite(have) ? Math.abs(have - want) : Number.POSITIVE_INFINITY;
    if (off > largest) largest = off;
    const allowed = Number.isFinite(want) ? allowedAt(want) : 0;
    const ratio = allowed === 0 ? Number.POSITIVE_INFINITY : off / allowed;
    if (ratio > worstRatio) {
      worstRatio = ratio;
      found = { index: i, actual: have, expected: want, maxAbs: off, allowed };
    }
  }
  return found && { ...found, maxAbs: largest };
}

/** How far a rise of ACDC's divergence may lie from a threshold for rounding to decide: what a tensor may differ by, of the threshold. */
export function tieTolerance(tau: number): number {
  return 3e-6 + 1e-3 * tau;
}
