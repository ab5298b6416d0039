import type { Circuit } from "./circuit.ts";
import type { PruneScores } from "./prune-scores.ts";
import type { Rank } from "./ranked-edges.ts";

/**
 * What to say where edges tie for the last places of a circuit: by the size of scores all of them are in it, which makes it larger than it was to
 * have; by signed scores those that come first in the graph.
 *
 * @param asked edges that the circuit was to have
 * @returns a line, or nothing
 */
export function tiesNotes(scores: PruneScores, asked: number, circuit: Circuit, rank: Rank): string[] {
  return rank === "absolute" ? largerNote(scores, asked, circuit.size) : leftOutNote(scores, circuit);
}

function largerNote(scores: PruneScores, asked: number, size: number): string[] {
  if (asked === size || asked === 0) return [];
  const threshold = scores.threshold(asked);
  const tied = scores.values.reduce((count, score) => count + (Math.abs(score) === threshold ? 1 : 0), 0);
  const zero = threshold === 0 ? ": the algorithm gives them no importance at all" : "";
  return [
    `warning: ${size} edges instead of the ${asked} asked for, because ${tied} edges tie for the last places with a score of ${threshold}${zero}`,
  ];
}

function leftOutNote({ values }: PruneScores, { indices }: Circuit): string[] {
  const last = indices.reduce((least, edge) => Math.min(least, values[edge]!), Number.POSITIVE_INFINITY);
  const taken = indices.reduce((count, edge) => count + Number(values[edge] === last), 0);
  const left = values.reduce((count, value) => count + Number(value === last), 0) - taken;
  if (left === 0) return [];
  return [
    `warning: ${left} more edges have the score ${Number(last.toPrecision(5))} of the last that was taken; of these, those that come first in the graph were.`,
  ];
}
