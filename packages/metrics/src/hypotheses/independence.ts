import { AutocircuitError, type KindsOf, kind, MersenneTwister, signature, USUAL_SEED } from "@autocircuit/base";
import type { HypothesisTest } from "./equivalence.ts";
import { leastOfOrders, leastOfPermutations } from "./least-counts.ts";
import { requireSameLength } from "./same-length.ts";

/** Options of {@link independenceTest}. */
export interface IndependenceOptions {
  /** How often y is permuted, where there are more orders of it than that: else each comes once. Default 1000. */
  readonly permutations?: number | undefined;
  /** Seed of the permutations. Default 0. */
  readonly seed?: number | undefined;
  /** The permutations themselves, instead of a number and a seed. */
  readonly given?: readonly (readonly number[])[] | undefined;
}

/** Of {@link independenceTest}. */
export interface IndependenceResult extends HypothesisTest {
  /** Width of the Gaussian kernels. */
  readonly sigma: number;
  /** The statistic of every permutation. */
  readonly permuted: readonly number[];
}

/** Orders that change nothing have the same statistic but for this share of it. */
const ROUNDING = 1e-10;

const check = signature(
  "independenceTest",
  { x: kind.having("a list of numbers", "length"), y: kind.having("a list of numbers", "length") },
  {
    permutations: kind.count,
    seed: kind.whole,
    given: kind.listOf(kind.listOf(kind.whole)),
  } satisfies KindsOf<IndependenceOptions>,
);

/**
 * Null hypothesis: what is left without the circuit (x) tells nothing of the model's output (y), as it would be if the circuit
 * held all of the behaviour. A small p-value says that x goes with y, which something that was left can cause, and so can an ablation that
 * differs as the prompts do.
 *
 * HSIC = trace(KH LH) / (n - 1)^2 with Gaussian kernels exp(-d^2 / (2 sigma^2)) and H = 1 - 1/n; sigma is the (lower) median of
 * |x_i - y_j| over all pairs. p = the share of permutations of y with HSIC at least as large (but for rounding). Source: Shi et al. 2024 (arXiv:2410.13032)
 * and Gretton et al. 2007. O(n^2) for each permutation.
 *
 * @throws AutocircuitError `bad-input` for lists of different length, fewer than two prompts, or permutations that are none
 */
export function independenceTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: IndependenceOptions = {},
): IndependenceResult {
  check({ x, y }, options);
  requireSameLength("independenceTest", { x, y });
  const n = x.length;
  if (n < 2) throw new AutocircuitError("bad-input", "independenceTest needs at least two prompts.");
  const sigma = crossMedian(x, y);
  if (sigma === 0)
    throw new AutocircuitError(
      "bad-input",
      "independenceTest: most scores of x and y are equal, so there is no scale to compare on.",
    );
  const k = centred(kernel(x, sigma), n);
  const l = centred(kernel(y, sigma), n);
  const hsic = (order: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += k[i * n + j]! * l[order[i]! * n + order[j]!]!;
    return sum / (n - 1) ** 2;
  };
  const statistic = hsic(Array.from({ length: n }, (_, i) => i));
  const permuted = permutationsOf(n, options).map(hsic);
  const atLeast = statistic - ROUNDING * Math.abs(statistic);
  const pValue = permuted.filter((value) => value >= atLeast).length / permuted.length;
  // Some permutations out of more show no smaller p-value than one of them and the order that there is.
  const ofSample = permuted.length < 1 / leastOfPermutations(n) ? 1 / (permuted.length + 1) : 0;
  const leastPValue = Math.max(leastOfOrders(x), leastOfOrders(y), ofSample);
  return { statistic, pValue, leastPValue, sigma, permuted };
}

/** The (lower) median of the distances between scores of one list and of the other: the width of the kernels. */
export function crossMedian(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const distances = new Float64Array(x.length * y.length);
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < y.length; j++) distances[i * y.length + j] = Math.abs(x[i]! - y[j]!);
  return distances.sort()[Math.floor((distances.length - 1) / 2)]!;
}

function kernel(values: ArrayLike<number>, sigma: number): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: n * n }, (_, cell) => {
    const d = values[Math.floor(cell / n)]! - values[cell % n]!;
    return Math.exp(-(d ** 2) / (2 * sigma ** 2));
  });
}

/** HMH, H = 1 - 1/n: row and column means taken off. */
function centred(matrix: Float64Array, n: number): Float64Array {
  const rows = Float64Array.from(
    { length: n },
    (_, i) => matrix.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b) / n,
  );
  const mean = rows.reduce((a, b) => a + b) / n;
  return matrix.map((value, cell) => value - rows[Math.floor(cell / n)]! - rows[cell % n]! + mean);
}

function permutationsOf(
  n: number,
  { given, permutations = 1000, seed = USUAL_SEED }: IndependenceOptions,
): readonly (readonly number[])[] {
  if (given !== undefined) {
    const wrong = given.findIndex(
      (order) => order.length !== n || new Set(order).size !== n || order.some((i) => i >= n),
    );
    if (given.length > 0 && wrong < 0) return given;
    throw new AutocircuitError(
      "bad-input",
      given.length === 0
        ? "independenceTest: no permutation was given."
        : `independenceTest: permutation ${wrong} is none of the numbers 0 to ${n - 1}.`,
    );
  }
  if (1 / leastOfPermutations(n) <= permutations) return allOrders(n);
  const generator = new MersenneTwister(seed);
  return Array.from({ length: permutations }, () => {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = generator.next() % (i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  });
}

/** All orders of the numbers 0 to n - 1. */
function allOrders(n: number): number[][] {
  if (n === 0) return [[]];
  return allOrders(n - 1).flatMap((order) => Array.from({ length: n }, (_, at) => order.toSpliced(at, 0, n - 1)));
}
