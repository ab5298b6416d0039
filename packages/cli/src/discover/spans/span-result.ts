import { magnitude } from "@autocircuit/core";
import type { SpanCircuit, SpanDivergence, SpanScores, TaskAccuracy } from "@autocircuit/discovery";
import type { DeviceReport } from "../../support/use-device.ts";

/** An edge of a circuit in one span. */
export interface ScoredSpanEdge {
  edge: string;
  span: string;
  score: number;
}

/** An edge inside a head, from span to span. */
export interface ScoredCrossing {
  input: string;
  from: string;
  to: string;
  score: number;
}

/** What `discover --spans FILE --json` writes. */
export interface SpanResult extends DeviceReport {
  task: string;
  /** What the model is called; null for one that is compiled for the task. */
  model: string | null;
  algorithm: string;
  options: Record<string, unknown>;
  /** The spans' names. */
  spans: readonly string[];
  /** Edges of the graph, counted once in each span. */
  edgeCount: number;
  /** Edges inside heads, each input once for each pair of spans; null of an algorithm that does not score them. */
  crossingCount: number | null;
  circuit: ScoredSpanEdge[];
  /** Null where they are not scored: then all of them are kept. */
  crossing: ScoredCrossing[] | null;
  warnings: string[];
  accuracy: TaskAccuracy | null;
  divergence: SpanDivergence;
  seconds: number;
  peakMemoryBytes: number;
  /** On GPUs; 0 on the CPU. */
  peakDeviceBytes: number;
  versions: Record<string, string>;
}

/** The circuit's edges in spans with their scores, largest first. */
export function scoredSpanEdges(circuit: SpanCircuit, scores: SpanScores): ScoredSpanEdge[] {
  return largestFirst([...circuit].map(([edge, span]) => ({ edge, span, score: scores.get(edge, span) })));
}

/** The circuit's edges inside heads with their scores, largest first; null where these have no scores. */
export function scoredCrossing(circuit: SpanCircuit, { crossing }: SpanScores): ScoredCrossing[] | null {
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
