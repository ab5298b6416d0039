import { PruneScores, type Rank, rankedAs, rankedEdges } from "@autocircuit/core";

/** The bits of 1 in float32: those of the number that is k numbers above it are k more. */
const ONE = 0x3f800000;

/**
 * Scores whose sizes put the edges in the order of a ranking, for what knows no other order than that of sizes. For `absolute` they are the
 * scores themselves; for `signed` they say no more than the place of each edge, the same for edges whose scores tie.
 *
 * @throws AutocircuitError `bad-input` for a score that is NaN, with `signed`
 */
export function scoresInOrder(scores: PruneScores, rank: Rank): PruneScores {
  if (rank === "absolute") return scores;
  const { graph, values, info } = scores;
  const bits = new Uint32Array(values.length);
  let place = ONE;
  let before = Number.NaN;
  for (const edge of rankedEdges(scores, rank).toReversed()) {
    if (values[edge] !== before) place++;
    bits[edge] = place;
    before = values[edge]!;
  }
  return rankedAs(new PruneScores(graph, new Float32Array(bits.buffer), info), "absolute");
}
