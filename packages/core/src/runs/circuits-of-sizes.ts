import { kind, signature } from "@autocircuit/base";
import { pruneScores } from "../kinds.ts";
import { Circuit } from "../scores/circuit.ts";
import type { PruneScores } from "../scores/prune-scores.ts";
import { type Rank, rankedEdges, rankOfScores, ranks } from "../scores/ranked-edges.ts";
import { sortedMagnitudes, thresholdAt } from "../scores/threshold.ts";

/** A circuit and the sizes that were asked for and gave it. */
export interface SizedCircuit {
  readonly circuit: Circuit;
  readonly asked: readonly number[];
}

const check = signature("circuitsOfSizes", {
  scores: pruneScores,
  sizes: kind.listOf(kind.whole),
  rank: kind.optional(kind.oneOf(ranks)),
});

/**
 * The circuits of the asked sizes by growing size, each once: ties make several sizes the same circuit.
 *
 * @param rank what makes an edge important: the size of its score, where all that tie for the last places are taken; or the score itself, where
 *   of these the first in the flat vector are; default: what the scores were found with, as `rankOfScores` says
 * @throws AutocircuitError `bad-input` for a size outside 0 to the edge count, or a NaN among the scores.
 */
export function circuitsOfSizes(scores: PruneScores, sizes: readonly number[], rank?: Rank): SizedCircuit[] {
  check({ scores, sizes, rank });
  const ofSize = circuitBySize(scores, rank);
  const circuits = new Map<number, { circuit: Circuit; asked: number[] }>();
  for (const size of [...new Set(sizes)].sort((a, b) => a - b)) {
    const circuit = ofSize(size);
    const same = circuits.get(circuit.size);
    if (same) same.asked.push(size);
    else circuits.set(circuit.size, { circuit, asked: [size] });
  }
  return [...circuits.values()];
}

const checkOne = signature("circuitBySize", { scores: pruneScores, rank: kind.optional(kind.oneOf(ranks)) });

/**
 * The circuit of each asked size by scores that are sorted once, as {@link circuitsOfSizes} gives it: for who asks for one size after the other.
 *
 * @throws AutocircuitError `bad-input` for a NaN among the scores; the function it gives, for a size outside 0 to the edge count
 * @example
 * const ofSize = circuitBySize(scores);
 * ofSize(20).size;
 */
export function circuitBySize(scores: PruneScores, rank?: Rank): (size: number) => Circuit {
  checkOne({ scores, rank });
  return (rank ?? rankOfScores(scores)) === "absolute" ? bySize(scores) : byScore(scores);
}

function bySize(scores: PruneScores): (size: number) => Circuit {
  const sorted = sortedMagnitudes(scores.values);
  return (size) => {
    const threshold = thresholdAt(sorted, size);
    return size === 0 ? Circuit.of(scores.graph, []) : scores.circuitAt(threshold);
  };
}

function byScore(scores: PruneScores): (size: number) => Circuit {
  const ranked = rankedEdges(scores, "signed");
  const sorted = Float32Array.from(ranked, (edge) => scores.values[edge]!);
  return (size) => {
    // Which sizes there are.
    thresholdAt(sorted, size);
    return Circuit.of(scores.graph, ranked.subarray(0, size));
  };
}
