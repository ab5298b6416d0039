import { tTest } from "./t-test.ts";

/** Scores of the same prompts: of the model, of the circuit alone, and with every edge ablated. */
export interface KeptScores {
  readonly full: Float64Array;
  readonly alone: Float64Array;
  readonly ablated: Float64Array;
}

/** A circuit that keeps from 1 - this to 1 + this of what ablation takes keeps the model's score. */
export const NEAR = 0.1;

/**
 * Whether prompts show that a circuit keeps the model's score: two one-sided t-tests (Schuirmann 1987), that the mean of full - alone is less than
 * `NEAR` of that of full - ablated, and more than minus so much. Differences rather than the ratio of the means, which has no t-test.
 */
export function keepsScore({ full, alone, ablated }: KeptScores, level: number): boolean {
  const shifted = (by: number) => Array.from(full, (score, i) => score - alone[i]! - by * (score - ablated[i]!));
  return isNegative(shifted(NEAR), level) && isNegative(negated(shifted(-NEAR)), level);
}

/** Whether numbers come from a distribution of negative mean: a t-test of one list is that of it and one that does not vary. */
function isNegative(values: readonly number[], level: number): boolean {
  const { statistic, pValue } = tTest(
    values,
    values.map(() => 0),
  );
  return statistic < 0 && pValue / 2 < level;
}

function negated(values: readonly number[]): number[] {
  return values.map((value) => -value);
}
