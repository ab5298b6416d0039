import { signature } from "@autocircuit/base";
import { type Circuit, coreKinds, type Edge, magnitude, type PruneScores, requireSameGraph } from "@autocircuit/core";
import type { ReportEdge, ScoredEdge } from "@autocircuit/report";

const check = signature("scoredEdges", { circuit: coreKinds.circuit, scores: coreKinds.pruneScores });

/**
 * The edges of a circuit with their scores, most important first; edges of equal importance in the graph's order. Plain data but for scores
 * that are infinite (of ACDC: no threshold removes the edge).
 *
 * @throws AutocircuitError `bad-input` for scores of another graph than the circuit's
 * @example
 * const [strongest] = scoredEdges(circuit, scores);
 */
export function scoredEdges(circuit: Circuit, scores: PruneScores): ScoredEdge[] {
  check({ circuit, scores });
  requireSameGraph(scores.graph, circuit.graph, "The scores are", "the circuit's");
  return [...circuit]
    .map((edge) => ({ ...reportEdge(edge), score: scores.values[edge.index]! }))
    .sort((a, b) => (a.score === b.score ? 0 : magnitude(b.score) - magnitude(a.score)));
}

/** An edge as plain data. */
export function reportEdge({ name, token }: Edge): ReportEdge {
  return { edge: name, token };
}
