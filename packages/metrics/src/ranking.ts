import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { magnitude } from "@autocircuit/core";
import { countsToComparison, type EdgeSetComparison } from "./compare-edge-sets.ts";

const check = signature("rankEdges", { scores: kind.having("a list of numbers", "length"), knownEdges: kind.iterable });

/** What a threshold on the scores finds. */
export interface RankingPoint extends EdgeSetComparison {
  /** Edges whose absolute score is at least this are found. Infinity before the first point may also be a real score. */
  threshold: number;
  /** Number of edges found. */
  size: number;
}

/**
 * Walks through all thresholds of a score vector, highest first, and compares what each finds with the known edges.
 * Edges of equal absolute score come in together, so ties neither help nor harm a ranking. The walk starts with
 * nothing found (threshold NaN) and ends with everything found.
 *
 * @param scores one score an edge; the absolute value counts, infinite scores rank first, `-Infinity` (not in the circuit) last
 * @param knownEdges indices of the edges of the known circuit
 * @throws AutocircuitError when a score is NaN or a known edge is not in the graph
 */
export function rankEdges(scores: ArrayLike<number>, knownEdges: Iterable<number>): RankingPoint[] {
  check({ scores, knownEdges });
  const isKnown = markKnownEdges(scores.length, knownEdges);
  const knownSize = isKnown.reduce((sum, mark) => sum + mark, 0);
  const importance = Float64Array.from({ length: scores.length }, (_, index) => magnitude(scores[index]!));
  const nan = importance.findIndex(Number.isNaN);
  if (nan >= 0) throw new AutocircuitError("bad-input", `The score of edge ${nan} is NaN, so it has no rank.`);

  const order = Uint32Array.from(importance.keys()).sort((a, b) => importance[b]! - importance[a]! || a - b);
  const points: RankingPoint[] = [
    { threshold: Number.NaN, size: 0, ...countsToComparison(0, 0, knownSize, scores.length) },
  ];
  let shared = 0;
  for (let rank = 0; rank < order.length; rank++) {
    const edge = order[rank]!;
    shared += isKnown[edge]!;
    const next = order[rank + 1];
    if (next !== undefined && importance[next] === importance[edge]) continue;
    points.push({
      threshold: importance[edge]!,
      size: rank + 1,
      ...countsToComparison(shared, rank + 1, knownSize, scores.length),
    });
  }
  return points;
}

function markKnownEdges(edgeCount: number, knownEdges: Iterable<number>): Uint8Array {
  const marks = new Uint8Array(edgeCount);
  for (const edge of knownEdges) {
    if (!Number.isInteger(edge) || edge < 0 || edge >= edgeCount) {
      throw new AutocircuitError(
        "bad-input",
        `Known edge ${edge} does not exist: the scores have ${edgeCount} edges. Use a circuit of the same graph.`,
      );
    }
    marks[edge] = 1;
  }
  return marks;
}
