import { kind, signature } from "@autocircuit/base";
import type { EdgeRef, PruneScores } from "@autocircuit/core";
import { coreKinds } from "@autocircuit/core";
import { type RankingPoint, rankEdges } from "./ranking.ts";

const check = signature(
  "precisionRecall",
  { scores: coreKinds.pruneScores, circuit: coreKinds.edges },
  { sizes: kind.listOf(kind.whole) },
);

/**
 * Precision, recall and the other set comparisons with a known circuit, for every size a threshold on the scores
 * can give (ties come in together), from nothing to the whole graph.
 *
 * @param scores the scores to judge
 * @param circuit the edges of the known circuit
 * @param sizes only these circuit sizes; a size that ties rule out gives the next larger one
 *
 * @example
 * const curve = precisionRecall(scores, task.knownEdges!, { sizes: [5, 10, 20] });
 */
export function precisionRecall(
  scores: PruneScores,
  circuit: Iterable<EdgeRef>,
  options: { sizes?: readonly number[] } = {},
): RankingPoint[] {
  check({ scores, circuit }, options);
  const points = rankEdges(scores.values, scores.graph.indices(circuit));
  if (options.sizes === undefined) return points;
  const chosen = options.sizes.map((size) => points.find((point) => point.size >= size) ?? points.at(-1)!);
  return [...new Set(chosen)];
}

/**
 * Area under the precision-recall steps (average precision): the precision at each threshold, weighted by the recall
 * it adds. NaN when the circuit is empty.
 */
export function averagePrecision(scores: PruneScores, circuit: Iterable<EdgeRef>): number {
  const points = precisionRecall(scores, circuit);
  if (points[0]!.falseNegatives === 0) return Number.NaN;
  let area = 0;
  for (let index = 1; index < points.length; index++) {
    area += (points[index]!.recall - points[index - 1]!.recall) * points[index]!.precision;
  }
  return area;
}
