import { kind, signature } from "@autocircuit/base";
import type { Graph } from "../graph/graph.ts";
import * as kinds from "../kinds.ts";
import { circuitSizes } from "./circuit-sizes.ts";
import type { PruneScores } from "./prune-scores.ts";

const check = signature("defaultCircuitSizes", {
  graph: kind.either(kinds.graph, kind.whole),
  scores: kind.optional(kind.orNull(kinds.pruneScores)),
  knownEdgeCount: kind.optional(kind.orNull(kind.whole)),
});

/**
 * Which circuit sizes to run when none are given: every size up to 200 edges, otherwise k * 10^j (1, 2, .. 9, 10, 20, ..).
 * Where scores have few magnitudes (fewer than 100 and than half the edges) only the sizes at which those of one
 * magnitude end can be reached, so they are the list. A list of more than two sizes also gets 0 and the number of edges; a
 * shorter one is taken for a yes-or-no circuit and is left without them. {@link circuitSizes} has other lists.
 *
 * @param graph The graph, or its number of edges.
 * @param scores Scores whose ties to heed.
 * @param knownEdgeCount Size of the known circuit, which is then in the list.
 * @returns Sizes in ascending order.
 * @throws AutocircuitError `bad-input` if a score is NaN.
 */
export function defaultCircuitSizes(
  graph: Graph | number,
  scores?: PruneScores | null,
  knownEdgeCount?: number | null,
): number[] {
  check({ graph, scores, knownEdgeCount });
  return circuitSizes(graph, { scores, knownEdgeCount });
}
