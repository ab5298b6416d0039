import { type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask, plainOptions, runVersions } from "@autocircuit/core";
import { memory } from "@autocircuit/native";
import type { CircuitReport } from "@autocircuit/report";
import type { FoundSpanCircuit } from "../spans/find-span-circuit.ts";
import { scoredCrossing, scoredSpanEdges } from "../spans/scored-span-edges.ts";
import { modelAccuracy, reportAccuracy } from "./model-accuracy.ts";
import { processingOption } from "./processing-option.ts";
import { reportGraph } from "./report-graph.ts";

/** Options of {@link spanReportOf}. */
export interface SpanReportOfOptions {
  /** Parts of the report that are known better or that only the caller knows: title, model, command, what the notes begin with. */
  readonly about?: Partial<Omit<CircuitReport, "graph" | "circuit" | "crossing" | "tokenLabels">> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature(
  "spanReportOf",
  {
    task: coreKinds.loadedTask,
    found: kind.having("what findSpanCircuit gives", "circuit", "scores", "algorithm", "divergence", "notes"),
  },
  {
    about: kind.shape("parts of a report, of which `notes` are a list of texts", {
      notes: kind.optional(kind.listOf(kind.text)),
    }),
    signal: kind.signal,
  } satisfies KindsOf<SpanReportOfOptions>,
);

/**
 * The report of a circuit over spans: a lane for each span, a table of the edges inside heads, what the circuit keeps, and how well the model alone
 * does the task. `writeReport` of the report package makes a page and a diagram of it.
 *
 * @throws AutocircuitError what {@link modelAccuracy} throws
 *
 * @example
 * const found = await findSpanCircuit(task, { begin: [0, 3], end: [3, null] }, 9);
 * const report = await spanReportOf(task, found, { about: { title: "Nine edges in two spans" } });
 */
export async function spanReportOf(
  task: LoadedTask,
  found: FoundSpanCircuit,
  options: SpanReportOfOptions = {},
): Promise<CircuitReport> {
  check({ task, found }, options);
  const { about = {}, signal } = options;
  const { circuit, scores, algorithm, ablation, divergence, seconds } = found;
  const { spans } = scores;
  const place = new Map(spans.map((span, i) => [span, i]));
  const crossing = scoredCrossing(circuit, scores);
  return {
    title: task.name,
    task: task.name,
    ...(!("accuracy" in about) && { accuracy: reportAccuracy(await modelAccuracy(task, { signal })) }),
    algorithm,
    divergence: {
      metric: divergence.metric,
      rows: [{ name: `circuit found, ${ablation}`, value: divergence.circuit, size: circuit.size }],
    },
    seconds,
    peakMemoryBytes: (await memory()).peakMemoryBytes,
    versions: runVersions(),
    ...about,
    options: { ...(about.options ?? spanOptions(found)), ...processingOption(task) },
    graph: { ...reportGraph(task.model.graph), seqLen: spans.length, spans: true, edgeCount: scores.values.length },
    tokenLabels: spans,
    circuit: scoredSpanEdges(circuit, scores).map(({ edge, span, score }) => ({
      edge,
      token: place.get(span)!,
      score,
    })),
    ...(crossing && { crossing }),
    notes: about.notes ?? [...task.notes, ...found.notes],
  };
}

/** What a circuit over spans was found with. */
function spanOptions({ ablation, aggregation, options, circuit }: FoundSpanCircuit): Record<string, unknown> {
  return { ablation, aggregation, ...plainOptions(options), size: circuit.size };
}
