import { kind, signature } from "@autocircuit/base";
import { Graph } from "../graph/graph.ts";
import * as kinds from "../kinds.ts";
import type { PruneScores } from "./prune-scores.ts";
import { scoredCount, sortedMagnitudes } from "./threshold.ts";

const check = signature("defaultCircuitSizes", {
  graph: kind.either(kinds.graph, kind.whole),
  scores: kind.optional(kind.orNull(kinds.pruneScores)),
  trueCount: kind.optional(kind.orNull(kind.whole)),
});

/** Up to this many edges every size is tried. */
const everySizeUpTo = 200;

/**
 * Which circuit sizes to run when none are given: every size up to 200 edges, otherwise k * 10^j (1, 2, .. 9, 10, 20, ..).
 * Where scores fall into few groups of equal magnitude (fewer than 100 and than half the edges) only the sizes at the
 * groups' ends can be reached, so they are the list. A list of more than two sizes also gets 0 and the number of edges; a
 * shorter one is taken for a yes-or-no circuit and is left without them.
 *
 * @param graph The graph, or its number of edges.
 * @param scores Scores whose ties to heed.
 * @param trueCount Size of the published circuit, which is then in the list.
 * @returns Sizes in ascending order.
 * @throws AutocircuitError `bad-input` if a score is NaN.
 */
export function defaultCircuitSizes(
  graph: Graph | number,
  scores?: PruneScores | null,
  trueCount?: number | null,
): number[] {
  check({ graph, scores, trueCount });
  const edges = graph instanceof Graph ? graph.edgeCount : graph;
  const sorted = scores ? sortedMagnitudes(scores.values) : undefined;
  const groups = sorted && groupEnds(sorted);
  const sizes = new Set(groups !== undefined && groups.length < Math.min(edges / 2, 100) ? groups : roundSizes(edges));
  const both = [0, edges];
  if (sizes.size > 2) for (const size of both) sizes.add(size);
  else for (const size of both) sizes.delete(size);
  if (trueCount !== undefined && trueCount !== null) sizes.add(trueCount);
  const scored = sorted ? scoredCount(sorted) : edges;
  return [...sizes].filter((size) => size <= scored || size === edges).sort((a, b) => a - b);
}

/** Sizes at which a group of equal magnitudes ends. */
function groupEnds(sorted: Float32Array): number[] {
  const ends: number[] = [];
  for (let size = 1; size <= sorted.length; size++) if (sorted[size] !== sorted[size - 1]) ends.push(size);
  return ends;
}

function roundSizes(edges: number): number[] {
  if (edges <= everySizeUpTo) return Array.from({ length: edges + 1 }, (_, size) => size);
  const sizes: number[] = [];
  for (let step = 1; step < edges; step *= 10) {
    for (let size = step; size < Math.min(edges, 10 * step); size += step) sizes.push(size);
  }
  return sizes;
}
