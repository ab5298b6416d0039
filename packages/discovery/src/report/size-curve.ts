import {
  type AblationType,
  type Circuit,
  defaultCircuitSizes,
  type LoadedTask,
  type PruneScores,
  type Rank,
} from "@autocircuit/core";
import { type CircuitMeasures, type CircuitMeter, measureCurve, metrics } from "@autocircuit/metrics";
import type { Curve } from "@autocircuit/report";
import type { FoundCircuit } from "../find-circuit/find-circuit.ts";
import { scoresInOrder } from "../selection/in-order.ts";
import type { MeasuringTime } from "./measuring-time.ts";

/** What is measured for the curve. */
interface CurveParts {
  readonly task: LoadedTask;
  readonly found: FoundCircuit;
  /** What ranks the edges. */
  readonly rank: Rank;
  /** Edges of the known circuit. */
  readonly known: number | undefined;
  readonly ablation: AblationType;
  /** What the report says of the circuit found, with the same ablation: on as many prompts as there was time for. */
  readonly measured: CircuitMeasures;
  readonly meter: CircuitMeter;
  /** What divergence is. */
  readonly metric: string;
  readonly time: MeasuringTime;
  readonly onProgress: (progress: { done: number; total: number }) => void;
}

/** The divergence of circuits of growing size, and what was left out of it. */
export async function measureSizes(
  parts: CurveParts,
): Promise<{ curve?: Curve | undefined; notes: readonly string[] }> {
  const { task, found, rank, known, ablation, measured, meter, metric, time, onProgress } = parts;
  const { graph } = task.model;
  const { circuit } = found;
  const scores = scoresInOrder(found.scores, rank);
  const sizes = defaultCircuitSizes(graph, scores, known);
  const own = isPrefix(circuit, scores) ? circuit.size : undefined;
  const always = [known, own].filter((size) => size !== undefined);
  const { points, ofSizes, promptCount, ofPrompts } = await measureCurve(meter, {
    ...{ scores, sizes, ablation, ...time.share(1), onProgress },
    ...(sizes.length > 0 && { always }),
  });
  // Where all edges have one score there is no circuit between none and all.
  if (points.length === 0) return { notes: [] };
  const notes =
    promptCount < ofPrompts
      ? [
          `The curve has ${points.length} of ${ofSizes} sizes, measured on the first ${promptCount} of ${ofPrompts} prompts, ${time.reason}`,
        ]
      : [];
  const series = rankedBy(found.algorithm, rank);
  // One circuit has one number: where the others of the curve were run on other prompts, it stands apart from their line.
  const apart = own !== undefined && measured.promptCount !== promptCount;
  const line = apart ? `${series}, on ${promptCount} of ${ofPrompts} prompts` : series;
  const ofOwn = {
    size: circuit.size,
    value: measured.divergence,
    series: `circuit found, on ${measured.promptCount} of ${ofPrompts} prompts`,
  };
  return {
    curve: {
      metric,
      unit: metrics[meter.numbers ? "mean-squared-error" : "kl-clean"].unit,
      points: [
        ...points
          .filter(({ size }) => !apart || size !== own)
          .map(({ size, divergence }) => ({ size, value: divergence, series: line })),
        ...(apart ? [ofOwn] : []),
      ],
      edgeScale: graph.edgeCount > 200 ? "log" : "linear",
    },
    notes,
  };
}

/** What a curve is called: the algorithm, and how its scores rank edges where not as usual. */
export function rankedBy(algorithm: string, rank: Rank): string {
  return rank === "signed" ? `${algorithm}, signed` : algorithm;
}

/** Whether the circuit is the beginning of its ranking, as it is not where edges were chosen otherwise or left out. */
function isPrefix({ size, indices }: Circuit, scores: PruneScores): boolean {
  const ranked = scores.circuit(size).indices;
  return ranked.length === size && ranked.every((edge, i) => edge === indices[i]);
}
