import type { LoadedTask } from "@autocircuit/core";
import { reportAccuracy, reportGraph } from "@autocircuit/discovery";
import type { CircuitReport } from "@autocircuit/report";
import { deviceText } from "../../support/use-device.ts";
import { titleOf } from "../report.ts";
import type { SpanResult } from "./span-result.ts";
import type { SpanSettings } from "./span-settings.ts";

/** The report of a circuit over spans: a lane for each span, and a table of the edges inside heads. */
export function spanReport(
  task: LoadedTask,
  { subject, ablation }: SpanSettings,
  result: SpanResult,
  command: string,
): CircuitReport {
  const { spans, circuit, crossing, divergence } = result;
  const place = new Map(spans.map((span, i) => [span, i]));
  const edges = circuit.length + (crossing?.length ?? 0);
  return {
    title: titleOf(subject, task),
    task: subject.title(task),
    model: subject.model ?? undefined,
    accuracy: reportAccuracy(result.accuracy),
    algorithm: result.algorithm,
    options: { ...result.options, device: deviceText(result) },
    graph: { ...reportGraph(task.model.graph), seqLen: spans.length, spans: true, edgeCount: result.edgeCount },
    tokenLabels: spans,
    circuit: circuit.map(({ edge, span, score }) => ({ edge, token: place.get(span)!, score })),
    ...(crossing && { crossing }),
    notes: result.warnings,
    divergence: {
      metric: divergence.metric,
      rows: [{ name: `circuit found, ${ablation}`, value: divergence.circuit, edges }],
    },
    command,
    seconds: result.seconds,
    peakMemoryBytes: result.peakMemoryBytes,
    versions: result.versions,
  };
}
