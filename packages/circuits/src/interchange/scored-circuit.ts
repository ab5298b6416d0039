import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type Graph, PruneScores, requireSameGraph } from "@autocircuit/core";

/** What EAP-IG stores of a node. */
export interface EapIgNode {
  readonly inGraph: boolean;
  readonly score?: number;
  /** Which of the node's neurons are in the circuit. */
  readonly neurons?: readonly boolean[];
  readonly neuronScores?: readonly number[];
}

/** A circuit with a score for every edge of its graph, as tools exchange it. */
export interface ScoredCircuit {
  /** What it is called; null where the format has no name. */
  readonly name: string | null;
  readonly graph: Graph;
  /** One per edge, in the order of the flat edge vector. */
  readonly scores: Float64Array;
  /** 1 for the edges in the circuit, 0 for the others. */
  readonly inCircuit: Uint8Array;
  /** What only EAP-IG's files say; kept on the way through other formats. */
  readonly eapIg?: {
    /** The file's `cfg`, with entries of which nothing is known here. */
    readonly cfg: Readonly<Record<string, unknown>>;
    /** By EAP-IG's name, such as `a0.h1`. */
    readonly nodes: ReadonlyMap<string, EapIgNode>;
  };
}

/** One number, and one 0 or 1, for each edge of the graph. */
export const scoredCircuitKind = kind.such("a ScoredCircuit (see `scoredCircuit`)", (value) => {
  if (!kind.having("", "graph", "scores", "inCircuit").accepts(value) || !coreKinds.hasGraph.accepts(value))
    return false;
  const { graph, scores, inCircuit } = value as ScoredCircuit;
  return [scores, inCircuit].every((list) => ArrayBuffer.isView(list) && list.length === graph.edgeCount);
});

const checkMake = signature("scoredCircuit", {
  scores: coreKinds.pruneScores,
  circuit: coreKinds.circuit,
  name: kind.orNull(kind.text),
});
const checkScores = signature("pruneScoresOf", { circuit: scoredCircuitKind });
const checkCircuit = signature("circuitOf", { circuit: scoredCircuitKind });

/**
 * A circuit to be written, from scores and the edges that belong to it.
 *
 * @throws AutocircuitError `bad-input` when scores and circuit are of different graphs
 * @example
 * formatEapIgCircuit(scoredCircuit(scores, scores.circuit(100)));
 */
export function scoredCircuit(scores: PruneScores, circuit: Circuit, name: string | null = null): ScoredCircuit {
  checkMake({ scores, circuit, name });
  requireSameGraph(circuit.graph, scores.graph, "The circuit is", "the scores'");
  return {
    name,
    graph: scores.graph,
    scores: Float64Array.from(scores.values),
    inCircuit: Uint8Array.from(circuit.mask()),
  };
}

/**
 * Checks that the scores of a circuit mean something: readers keep whatever a file says, so that nothing is lost on the way back.
 *
 * @throws AutocircuitError naming the edge: `not-finite` for a NaN, `bad-file` for an edge of the circuit whose score, `-Infinity`, says
 *   that it is not in it
 */
export function requireClearScores({ graph, scores, inCircuit }: ScoredCircuit, where: string): void {
  for (const [edge, score] of scores.entries()) {
    if (Number.isNaN(score) || inCircuit[edge] === 1) requireClearScore(score, String(graph.edge(edge)), where);
  }
}

/** The same of the score of one edge, which is in the circuit. */
export function requireClearScore(score: number, edge: string, where: string): void {
  if (Number.isNaN(score))
    throw new AutocircuitError("not-finite", `${where}: the score of ${edge} is NaN, which has no meaning.`);
  if (score === Number.NEGATIVE_INFINITY) {
    throw new AutocircuitError(
      "bad-file",
      `${where}: ${edge} is in the circuit, but its score, -Infinity, says that it is not.`,
    );
  }
}

/**
 * The scores alone; they are rounded to float32. `-Infinity` stays: the edge is not in the circuit.
 *
 * @throws AutocircuitError `bad-input` for a score that float32 cannot hold
 */
export function pruneScoresOf(circuit: ScoredCircuit): PruneScores {
  checkScores({ circuit });
  const { graph, scores, name } = circuit;
  const wide = scores.findIndex((score) => Number.isFinite(score) && !Number.isFinite(Math.fround(score)));
  if (wide >= 0) {
    throw new AutocircuitError(
      "bad-input",
      `The score of ${graph.edge(wide)} is ${scores[wide]}, which float32 cannot hold. Scale the scores down.`,
    );
  }
  return new PruneScores(graph, Float32Array.from(scores), name === null ? {} : { task: name });
}

/** The edges that are in the circuit. */
export function circuitOf(circuit: ScoredCircuit): Circuit {
  checkCircuit({ circuit });
  const { graph, inCircuit } = circuit;
  return Circuit.where(graph, (index) => inCircuit[index] === 1);
}
