import { type Circuit, type Edge, magnitude, type PruneScores } from "@autocircuit/core";
import type { KeptCircuit } from "@autocircuit/discovery";
import { compareEdgeSets } from "@autocircuit/metrics";
import type { DeviceReport } from "../support/use-device.ts";
import type { Accuracy } from "./accuracy.ts";
import type { BootstrapJson, SureEdge } from "./bootstrap.ts";
import type { FaithfulSize } from "./faithful-size.ts";
import type { FoundTests } from "./test-found.ts";

/** An edge of a circuit with its score, and how sure it is where there are scores of single prompts. */
export interface ScoredEdgeJson extends Partial<SureEdge> {
  edge: string;
  token: number | null;
  score: number;
}

/** The known circuit and how the one found agrees with it. */
export interface OfficialResult {
  name: string;
  edges: { edge: string; token: number | null }[];
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** What `discover --json` writes. Infinite scores (ACDC: no threshold removes the edge) are the string "Infinity" there. */
export interface DiscoverResult extends DeviceReport {
  task: string;
  /** What the model is called; null for one that is compiled for the task. */
  model: string | null;
  algorithm: string;
  options: Record<string, unknown>;
  edgeCount: number;
  circuit: ScoredEdgeJson[];
  /** Edges found that lie on no path from input to output within the circuit; with --prune they are not in {@link circuit}. */
  dangling: number;
  pruned: boolean;
  /** What the reader should know: ties, equal prompts, edges that lead nowhere. */
  warnings: string[];
  /** The known circuit; null where there is none. */
  official: OfficialResult | null;
  /** What the circuit keeps of the right answers; null unless its size follows from that. */
  keep: KeptCircuit | null;
  /** How many edges keep the share of the logit difference that was asked for; null unless the size follows from that. */
  faithful: FaithfulSize | null;
  /** How stable the circuit is when the prompts are drawn again; null without scores of single prompts. */
  bootstrap: BootstrapJson | null;
  /** What the tests of the circuit came to; null unless they were asked for. */
  tests: FoundTests | null;
  /** How well the model alone does the task; null for outputs that are numbers. */
  accuracy: Accuracy | null;
  /** Mean over so many of the prompts to measure on: all, unless time was short. */
  faithfulness: { metric: string; circuit: number; official: number | null; prompts: number };
  seconds: number;
  peakMemoryBytes: number;
  /** On GPUs; 0 on the CPU. */
  peakDeviceBytes: number;
  versions: Record<string, string>;
}

/** The edges of a circuit with their scores, most important first. */
export function scoredEdges(circuit: Circuit, scores: PruneScores): ScoredEdgeJson[] {
  return [...circuit]
    .map((edge) => ({ ...edgeJson(edge), score: scores.values[edge.index]! }))
    .sort((a, b) => (a.score === b.score ? 0 : magnitude(b.score) - magnitude(a.score)));
}

/** The known circuit, and how the circuit found agrees with it. */
export function compareWithOfficial(name: string, found: Circuit, official: Circuit): OfficialResult {
  const { truePositives, falsePositives, falseNegatives } = compareEdgeSets(
    found.indices,
    official.indices,
    found.graph.edgeCount,
  );
  return { name, edges: [...official].map(edgeJson), truePositives, falsePositives, falseNegatives };
}

function edgeJson(edge: Edge): { edge: string; token: number | null } {
  return { edge: edge.name, token: edge.token };
}

/** An edge as `Edge` writes itself: its name, with the position in brackets where there is one. */
export function edgeText({ edge, token }: { edge: string; token: number | null }): string {
  return token === null ? edge : `${edge} [${token}]`;
}
