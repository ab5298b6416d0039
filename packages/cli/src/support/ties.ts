import type { PruneScores } from "@autocircuit/core";

/** A warning that ties made a circuit larger than asked for; undefined where they did not. */
export function tiesWarning(scores: PruneScores, asked: number, size: number): string | undefined {
  if (asked === size || asked === 0) return undefined;
  const threshold = scores.threshold(asked);
  const tied = scores.values.reduce((count, score) => count + (Math.abs(score) === threshold ? 1 : 0), 0);
  const zero = threshold === 0 ? ": the algorithm gives them no importance at all" : "";
  return `warning: ${size} edges instead of the ${asked} asked for, because ${tied} edges tie for the last places with a score of ${threshold}${zero}`;
}
