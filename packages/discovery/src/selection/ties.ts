import type { PruneScores } from "@autocircuit/core";

/** Says so where ties of absolute scores made a circuit larger than it was to have. */
export function tiesNote(scores: PruneScores, asked: number, size: number): string[] {
  if (asked === size || asked === 0) return [];
  const threshold = scores.threshold(asked);
  const tied = scores.values.reduce((count, score) => count + (Math.abs(score) === threshold ? 1 : 0), 0);
  const zero = threshold === 0 ? ": the algorithm gives them no importance at all" : "";
  return [
    `warning: ${size} edges instead of the ${asked} asked for, because ${tied} edges tie for the last places with a score of ${threshold}${zero}`,
  ];
}
