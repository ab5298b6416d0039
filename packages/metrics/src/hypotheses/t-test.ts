import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { TestResult } from "./equivalence.ts";
import { incompleteBeta } from "./incomplete-beta.ts";

/** Options of {@link tTest}. */
export interface TTestOptions {
  /** Student's test, which takes both to vary equally. Default false: Welch's. */
  readonly equalVariances?: boolean | undefined;
}

const numbers = kind.listOf(kind.finite);
const check = signature("tTest", { a: numbers, b: numbers }, {
  equalVariances: kind.flag,
} satisfies KindsOf<TTestOptions>);

/**
 * Two-sided t-test. Null hypothesis: two lists of numbers, such as a metric's for each prompt under one ablation and under another, come from
 * distributions of one mean. By default Welch's (B. L. Welch 1947, "The generalization of Student's problem when several different population
 * variances are involved").
 *
 * @returns t, positive where `a` has the larger mean, and the p-value; `{ statistic: NaN, pValue: NaN }` where neither varies and both are equal
 * @throws AutocircuitError `bad-input` for fewer than two numbers in either
 * @example
 * tTest([0.61, 0.58, 0.64], [0.42, 0.47, 0.39]).pValue; // 0.004214
 */
export function tTest(a: readonly number[], b: readonly number[], options: TTestOptions = {}): TestResult {
  check({ a, b }, options);
  for (const [name, list] of Object.entries({ a, b })) {
    if (list.length < 2) {
      throw new AutocircuitError(
        "bad-input",
        `tTest: \`${name}\` has ${list.length} numbers. Give at least two: one does not vary.`,
      );
    }
  }
  const [first, second] = [moments(a), moments(b)];
  const { error, freedom } = options.equalVariances ? pooled(first, second) : separate(first, second);
  const statistic = (first.mean - second.mean) / error;
  if (Number.isNaN(statistic)) return { statistic, pValue: Number.NaN };
  // Both lists are constant, and differ.
  if (error === 0) return { statistic, pValue: 0 };
  return { statistic, pValue: incompleteBeta(freedom / 2, 0.5, freedom / (freedom + statistic ** 2)) };
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Unbiased. */
  readonly variance: number;
}

function moments(values: readonly number[]): Moments {
  const count = values.length;
  // Their mean may be another number, by rounding, and then they would vary.
  if (values.every((value) => value === values[0])) return { count, mean: values[0]!, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) };
}

/** Standard error of the difference, and degrees of freedom. */
interface Spread {
  readonly error: number;
  readonly freedom: number;
}

function separate(a: Moments, b: Moments): Spread {
  const [x, y] = [a.variance / a.count, b.variance / b.count];
  return { error: Math.sqrt(x + y), freedom: (x + y) ** 2 / (x ** 2 / (a.count - 1) + y ** 2 / (b.count - 1)) };
}

function pooled(a: Moments, b: Moments): Spread {
  const freedom = a.count + b.count - 2;
  const variance = ((a.count - 1) * a.variance + (b.count - 1) * b.variance) / freedom;
  return { error: Math.sqrt(variance * (1 / a.count + 1 / b.count)), freedom };
}
