import { AutocircuitError } from "@autocircuit/base";
import type { Graph } from "../graph/graph.ts";
import { requireSameGraph } from "../graph/same-graph.ts";
import type { Circuit } from "../scores/circuit.ts";
import { defaultCircuitSizes } from "../scores/default-circuit-sizes.ts";
import type { PruneScores } from "../scores/prune-scores.ts";
import { type Rank, rankOfScores } from "../scores/ranked-edges.ts";
import { circuitsOfSizes, type SizedCircuit } from "./circuits-of-sizes.ts";

/** Which circuits are meant: some, or those of some sizes that scores give. */
export interface CircuitChoice {
  /** Circuits as they are; or {@link scores} that give some. */
  readonly circuits?: readonly Circuit[] | undefined;
  /** Scores whose strongest edges are the circuits, one of each of {@link sizes}. */
  readonly scores?: PruneScores | undefined;
  /** Sizes of the scores' circuits; by default those of `defaultCircuitSizes`. */
  readonly sizes?: readonly number[] | undefined;
  /**
   * What makes an edge of the scores important: the size of its score, or the score itself, so that harmful edges come last. Default: what the
   * scores were found with, as `rankOfScores` says.
   */
  readonly rank?: Rank | undefined;
}

/**
 * The circuits of a choice, and the sizes that were asked for: given ones in their order, those of scores by growing size.
 *
 * @throws AutocircuitError `bad-input` for circuits or scores of another graph, both or neither, sizes the graph cannot have
 */
export function chosenCircuits(graph: Graph, choice: CircuitChoice | undefined): SizedCircuit[] {
  // Callers without types may leave it out.
  const { circuits, scores, sizes, rank } = choice ?? {};
  if ((circuits === undefined) === (scores === undefined))
    throw new AutocircuitError("bad-input", "Give either `circuits` or `scores`.");
  if (scores !== undefined) {
    requireSameGraph(scores.graph, graph, "The scores are");
    const by = rank ?? rankOfScores(scores);
    return circuitsOfSizes(scores, sizes ?? usualSizes(scores, by), by);
  }
  const foreign = sizes !== undefined ? "`sizes` belong" : rank !== undefined ? "`rank` belongs" : undefined;
  if (foreign) throw new AutocircuitError("bad-input", `${foreign} to \`scores\`; circuits have their own edges.`);
  return circuits!.map((circuit, i) => {
    requireSameGraph(circuit.graph, graph, `circuits[${i}] is`);
    return { circuit, asked: [circuit.size] };
  });
}

function usualSizes(scores: PruneScores, rank: Rank): readonly number[] {
  if (rank !== "signed") return defaultCircuitSizes(scores.graph, scores);
  // Ties make no circuit larger there.
  const { edgeCount } = scores.graph;
  const scored = scores.values.reduce((count, score) => count + Number(score > Number.NEGATIVE_INFINITY), 0);
  return defaultCircuitSizes(scores.graph).filter((size) => size <= scored || size === edgeCount);
}
