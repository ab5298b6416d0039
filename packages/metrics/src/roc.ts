import { kind, signature } from "@autocircuit/base";
import type { EdgeRef, PruneScores } from "@autocircuit/core";
import { coreKinds } from "@autocircuit/core";
import { rankEdges } from "./ranking.ts";

const check = signature("rocCurve", { scores: coreKinds.pruneScores, circuit: coreKinds.edges });
const checkValues = signature("rocOfValues", {
  values: kind.having("a list of numbers", "length"),
  knownEdges: kind.iterable,
});

/** One point of a receiver operating characteristic. */
export interface RocPoint {
  /** Edges whose absolute score is at least this are found; NaN for the starting point, which finds nothing. */
  threshold: number;
  /** Number of edges found. */
  size: number;
  /** Share of the known edges that are found, 0 to 1. */
  truePositiveRate: number;
  /** Share of the other edges that are found, 0 to 1. */
  falsePositiveRate: number;
}

/** How well scores separate a known circuit from the other edges. */
export interface RocCurve {
  /** From (0, 0) to (1, 1), one point a distinct absolute score. */
  points: RocPoint[];
  /** Area under the curve: 1 for a perfect ranking, 0.5 for chance. NaN when all or no edges are known. */
  auroc: number;
}

/**
 * Receiver operating characteristic of prune scores against a known circuit. Edges of equal score come in
 * together and are joined by a straight line, so the area is the probability that a known edge outranks another one,
 * ties counting one half.
 *
 * @param scores the scores to judge
 * @param circuit the known circuit
 *
 * @example
 * const { auroc } = rocCurve(await acdc(task.model, task.train), task.knownEdges!);
 */
export function rocCurve(scores: PruneScores, circuit: Iterable<EdgeRef>): RocCurve {
  check({ scores, circuit });
  const knownEdges = scores.graph.indices(circuit);
  return rocOfValues(scores.values, knownEdges);
}

/** {@link rocCurve} on a plain score vector and edge indices. */
export function rocOfValues(values: ArrayLike<number>, knownEdges: Iterable<number>): RocCurve {
  checkValues({ values, knownEdges });
  const knownSet = new Set(knownEdges);
  const points = rankEdges(values, knownSet).map((point) => ({
    threshold: point.threshold,
    size: point.size,
    truePositiveRate: point.recall,
    falsePositiveRate: point.falsePositiveRate,
  }));
  const separable = knownSet.size > 0 && knownSet.size < values.length;
  return { points, auroc: separable ? areaUnder(points) : Number.NaN };
}

function areaUnder(points: readonly RocPoint[]): number {
  let area = 0;
  for (let index = 1; index < points.length; index++) {
    const left = points[index - 1]!;
    const right = points[index]!;
    const width = right.falsePositiveRate - left.falsePositiveRate;
    area += (width * (left.truePositiveRate + right.truePositiveRate)) / 2;
  }
  return area;
}
