import { kind, signature } from "@autocircuit/base";
import { binomial } from "./binomial.ts";
import { leastOfSigns } from "./least-counts.ts";
import { requireSameLength } from "./same-length.ts";

/** What a test came to. */
export interface TestResult {
  readonly statistic: number;
  /** How likely so extreme a statistic is if the null hypothesis is true. */
  readonly pValue: number;
}

/** Of {@link equivalenceTest}, and of the tests of the circuit hypothesis beside it. */
export interface HypothesisTest extends TestResult {
  /** The smallest p-value that so many prompts, or orders of them, can have: where it is not below the level, they cannot refuse anything. */
  readonly leastPValue: number;
}

const check = signature(
  "equivalenceTest",
  { full: kind.having("a list of numbers", "length"), circuit: kind.having("a list of numbers", "length") },
  { epsilon: kind.such("a number from 0 to 0.5", (value) => typeof value === "number" && value >= 0 && value <= 0.5) },
);

/**
 * Null hypothesis: the circuit is as good as the model, each better on as many prompts as the other, give or take `epsilon`. A small p-value
 * says that it is not.
 *
 * T = share of prompts on which the circuit's score is higher; p = sum over the k with |k/n - 1/2| >= |T - 1/2| of
 * C(n, k) (1/2 + epsilon)^k (1/2 - epsilon)^(n-k). Source: Shi et al. 2024 (arXiv:2410.13032), a sign test as its text describes it; its
 * code takes the mean difference of scores for T. Prompts on which both score the same count as not higher, against the circuit, as published;
 * `testCircuit` leaves them out.
 *
 * @param full the model's score on each prompt, higher is better
 * @param circuit the circuit's
 * @param options.epsilon default 0.1
 * @throws AutocircuitError `bad-input` for lists of different length or without numbers
 */
export function equivalenceTest(
  full: ArrayLike<number>,
  circuit: ArrayLike<number>,
  options: { epsilon?: number } = {},
): HypothesisTest {
  check({ full, circuit }, options);
  requireSameLength("equivalenceTest", { full, circuit });
  const { epsilon = 0.1 } = options;
  const n = full.length;
  let better = 0;
  for (let i = 0; i < n; i++) better += Number(circuit[i]! > full[i]!);
  const chances = binomial(n, 0.5 + epsilon);
  // In whole numbers: |2k - n| is exact.
  const far = Math.abs(2 * better - n);
  const pValue = chances.reduce((sum, chance, k) => (Math.abs(2 * k - n) >= far ? sum + chance : sum), 0);
  return { statistic: better / n, pValue: Math.min(1, pValue), leastPValue: leastOfSigns(n, epsilon) };
}
