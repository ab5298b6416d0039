import type { ScoredCrossing, ScoredSpanEdge, SpanDivergence, TaskAccuracy } from "@autocircuit/discovery";
import type { DeviceReport } from "../../support/use-device.ts";

/** What `discover --spans FILE --json` writes. */
export interface SpanResult extends DeviceReport {
  task: string;
  /** What the model is called; null for one that is compiled for the task. */
  model: string | null;
  /** Steps of weight processing that were done, as `--processing` takes them. */
  processing: readonly string[];
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
  notes: string[];
  accuracy: TaskAccuracy | null;
  divergence: SpanDivergence;
  seconds: number;
  peakMemoryBytes: number;
  /** On GPUs; 0 on the CPU. */
  peakDeviceBytes: number;
  versions: Record<string, string>;
}
