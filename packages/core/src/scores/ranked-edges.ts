import { AutocircuitError, signature } from "@autocircuit/base";
import { pruneScores } from "../kinds.ts";
import type { PruneScores } from "./prune-scores.ts";
import { magnitude } from "./threshold.ts";

/** Whether the size of a score makes an edge important (the field's usual way), or the score itself. */
export type Rank = "absolute" | "signed";

/** The names of the ranks. */
export const ranks: readonly Rank[] = ["absolute", "signed"];

const check = signature("rankOfScores", { scores: pruneScores });

/**
 * What scores are ranked by where nothing is asked for: what the circuit was chosen by that they were found with, as they say themselves, else
 * their size. All that chooses circuits by scores has it as its default.
 *
 * @example
 * const { scores } = await findCircuit(task, { algorithm: "edge-attribution", size: 20, rank: "signed" });
 * rankOfScores(scores); // signed
 */
export function rankOfScores(scores: PruneScores): Rank {
  check({ scores });
  const { rank } = (scores.info.options ?? {}) as { rank?: unknown };
  return rank === "signed" ? "signed" : "absolute";
}

/** The scores, saying what they are ranked by where nothing is asked for: what {@link rankOfScores} gives. */
export function rankedAs(scores: PruneScores, rank: Rank): PruneScores {
  if (rankOfScores(scores) === rank) return scores;
  const { rank: _, ...options } = scores.info.options ?? {};
  return scores.withInfo({ ...scores.info, options: rank === "signed" ? { ...options, rank } : options });
}

/** What edges are ranked by: `|score|`, or the score. */
export function rankOf(values: ArrayLike<number>, rank: Rank): (edge: number) => number {
  return rank === "absolute" ? (edge) => magnitude(values[edge]!) : (edge) => values[edge]!;
}

/**
 * All edges, the most important first; among equals the one that comes first in the flat vector.
 *
 * @throws AutocircuitError `bad-input` for a score that is NaN
 */
export function rankedEdges({ graph, values }: PruneScores, rank: Rank): Uint32Array {
  const broken = values.findIndex(Number.isNaN);
  if (broken >= 0)
    throw new AutocircuitError("bad-input", `The score of edge ${graph.edge(broken)} is NaN: it has no rank.`);
  const importance = rankOf(values, rank);
  return Uint32Array.from(values.keys()).sort((a, b) => importance(b) - importance(a) || a - b);
}
