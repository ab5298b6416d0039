import { signature } from "@autocircuit/base";
import { requireSameGraph } from "../graph/same-graph.ts";
import * as kinds from "../kinds.ts";
import type { Circuit } from "../scores/circuit.ts";
import type { PruneScores } from "../scores/prune-scores.ts";
import { magnitude } from "../scores/threshold.ts";

/** An edge by its name, with its score. */
export interface ScoredEdge {
  /** `A0.3->A1.2.Q`. */
  readonly edge: string;
  /** Position from 0, or null in a graph that is not by token. */
  readonly token: number | null;
  readonly score: number;
}

const check = signature("scoredEdges", { circuit: kinds.circuit, scores: kinds.pruneScores });

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
    .map(({ name, token, index }) => ({ edge: name, token, score: scores.values[index]! }))
    .sort((a, b) => (a.score === b.score ? 0 : magnitude(b.score) - magnitude(a.score)));
}
