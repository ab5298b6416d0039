import type { DiscoveryFile } from "@autocircuit/circuits";
import type { Circuit } from "@autocircuit/core";
import type { FaithfulSize, FoundMeasures, KeptCircuit, TaskAccuracy } from "@autocircuit/discovery";
import { compareEdgeSets } from "@autocircuit/metrics";
import type { ReportScoredEdge } from "@autocircuit/report";
import type { DeviceReport } from "../support/use-device.ts";
import type { BootstrapJson } from "./bootstrap.ts";
import type { LeftLatents } from "./pruned-latents.ts";
import type { FoundTests } from "./test-found.ts";

/** The known circuit and how the one found agrees with it. */
export interface KnownResult {
  name: string;
  edges: { edge: string; token: number | null }[];
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** What `discover --json` writes. Infinite scores (ACDC: no threshold removes the edge) are the string "Infinity" there. */
export interface DiscoverResult extends DeviceReport, DiscoveryFile {
  /** What the model is called; null for one that is compiled for the task. */
  model: string | null;
  /** What the prompts are called that were given, by their files; null for those that a task makes itself. */
  prompts: string | null;
  /** Steps of weight processing that were done, as `--processing` takes them. */
  processing: readonly string[];
  /** With how sure each score is, where there are scores of single prompts. */
  circuit: ReportScoredEdge[];
  /** Edges found that lie on no path from input to output within the circuit; with --prune they are not in {@link circuit}. */
  dangling: number;
  pruned: boolean;
  /** What the reader should know: ties, equal prompts, edges that lead nowhere. */
  notes: string[];
  /** The known circuit; null where there is none. */
  known: KnownResult | null;
  /** What the circuit keeps of the right answers; null unless its size follows from that. */
  keep: KeptCircuit | null;
  /** How many edges keep the share of the logit difference that was asked for; null unless the size follows from that. */
  faithful: FaithfulSize | null;
  /** How stable the circuit is when the prompts are drawn again; null without scores of single prompts. */
  bootstrap: BootstrapJson | null;
  /** What the tests of the circuit came to; null unless they were asked for. */
  tests: FoundTests | null;
  /** How latents of autoencoders were pruned; null where none were. */
  prunedLatents: LeftLatents | null;
  /** KL(the model || what autoencoders make of it) in nats, where what they leave out is dropped; else null. */
  replacedKl: number | null;
  /** How well the model alone does the task; null for outputs that are numbers. */
  accuracy: TaskAccuracy | null;
  /** Mean over so many of the prompts to measure on: all, unless time was short. */
  divergence: FoundMeasures["divergence"];
  seconds: number;
  peakMemoryBytes: number;
  /** On GPUs; 0 on the CPU. */
  peakDeviceBytes: number;
  versions: Record<string, string>;
}

/** The known circuit, and how the circuit found agrees with it. */
export function knownResult(name: string, found: Circuit, known: Circuit): KnownResult {
  const { truePositives, falsePositives, falseNegatives } = compareEdgeSets(
    found.indices,
    known.indices,
    found.graph.edgeCount,
  );
  return {
    name,
    edges: [...known].map(({ name: edge, token }) => ({ edge, token })),
    truePositives,
    falsePositives,
    falseNegatives,
  };
}
