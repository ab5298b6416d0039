import { kind, signature } from "@autocircuit/base";
import { magnitude } from "@autocircuit/core";
import { SpanCircuit } from "./span-circuit.ts";
import { SpanScores } from "./span-scores.ts";

/** An edge of a circuit in one span. */
export interface ScoredSpanEdge {
  readonly edge: string;
  readonly span: string;
  readonly score: number;
}

/** An edge inside a head, from span to span. */
export interface ScoredCrossing {
  readonly input: string;
  readonly from: string;
  readonly to: string;
  readonly score: number;
}

const takes = {
  circuit: kind.instance(SpanCircuit, "a SpanCircuit"),
  scores: kind.instance(SpanScores, "SpanScores"),
};
const checkEdges = signature("scoredSpanEdges", takes);
const checkCrossing = signature("scoredCrossing", takes);

/**
 * A circuit's edges in spans with their scores as plain data, those of largest magnitude first.
 *
 * @throws AutocircuitError `unknown-name` for scores of another graph, or other spans
 * @example
 * const { circuit, scores } = await findSpanCircuit(task, { begin: [0, 3], end: [3, null] }, 9);
 * for (const { edge, span, score } of scoredSpanEdges(circuit, scores)) console.log(edge, span, score);
 */
export function scoredSpanEdges(circuit: SpanCircuit, scores: SpanScores): ScoredSpanEdge[] {
  checkEdges({ circuit, scores });
  return largestFirst([...circuit].map(([edge, span]) => ({ edge, span, score: scores.get(edge, span) })));
}

/** The same of its edges inside heads; null where these have no scores, and all are kept. */
export function scoredCrossing(circuit: SpanCircuit, scores: SpanScores): ScoredCrossing[] | null {
  checkCrossing({ circuit, scores });
  const { crossing } = scores;
  if (crossing === undefined) return null;
  return largestFirst(
    [...circuit.crossingEdges()].map((edge) => {
      const [input, from, to] = edge;
      return { input, from, to, score: crossing.get(...edge) };
    }),
  );
}

function largestFirst<T extends { score: number }>(edges: T[]): T[] {
  return edges.sort((a, b) => magnitude(b.score) - magnitude(a.score));
}
