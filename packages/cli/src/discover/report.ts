import { Circuit, defaultCircuitSizes, type LoadedTask } from "@autocircuit/core";
import { FullModel, measurements } from "@autocircuit/metrics";
import type { AblationRow, CircuitReport, Curve, ReportGraph } from "@autocircuit/report";
import { Progress } from "../support/progress.ts";
import { runSizes } from "../support/run-sizes.ts";
import { deviceText } from "../support/use-device.ts";
import type { FoundCircuit } from "./found-circuit.ts";
import { keepCurve, keepNotes } from "./keep-report.ts";
import { type CircuitMeasures, type CircuitMeter, KEPT_BELOW } from "./measure-circuits.ts";
import type { DiscoverResult } from "./result.ts";
import { type DiscoverSettings, outputsNumbers } from "./settings.ts";

/** Most points of the curve: more cost time and show nothing more. */
const CURVE_POINTS = 25;

/** Everything the report needs to know. */
export interface ReportParts {
  task: LoadedTask;
  settings: DiscoverSettings;
  found: FoundCircuit;
  result: DiscoverResult;
  meter: CircuitMeter;
  command: string;
  signal: AbortSignal;
}

/** Makes the report: the circuit beside the known one, what each known circuit keeps under each ablation, and a curve over sizes. */
export async function makeReport(parts: ReportParts): Promise<CircuitReport> {
  const { task, settings, result, command } = parts;
  const { subject, known, ablation } = settings;
  const { official, faithfulness, keep } = result;
  const { rows, notes } = await ablations(parts);
  const row = (name: string, value: number, edges: number) => ({ name: `${name}, ${ablation}`, value, edges });
  return {
    title: `${subject.name}: ${subject.description}`,
    task: subject.name,
    algorithm: result.algorithm,
    options: { ...result.options, device: deviceText(result) },
    graph: reportGraph(task),
    tokenLabels: subject.tokenLabels(task),
    circuit: result.circuit,
    official: known && official ? { name: known.name, source: known.circuit.source, edges: official.edges } : undefined,
    kept: keep ?? undefined,
    notes: [...result.warnings, ...(keep ? keepNotes(keep, result.circuit.length) : []), ...notes],
    faithfulness: {
      metric: faithfulness.metric,
      rows: [
        row("circuit found", faithfulness.circuit, result.circuit.length),
        ...(official ? [row(`${official.name} circuit`, faithfulness.official!, official.edges.length)] : []),
      ],
    },
    ablationTable: rows,
    curve: keep ? keepCurve(keep, result) : await curve(parts),
    command,
    seconds: result.seconds,
    peakMemoryBytes: result.peakMemoryBytes,
    versions: result.versions,
  };
}

/** The model's graph as the report draws it. */
function reportGraph({ model: { graph } }: LoadedTask): ReportGraph {
  const { layers, heads, attnOnly, parallel } = graph.config;
  return {
    layers,
    heads,
    attnOnly,
    parallel,
    nodes: { srcs: graph.srcs, dests: graph.dests },
    edgeCount: graph.edgeCount,
    tokens: graph.tokens,
  };
}

/** What stays of the output when everything outside a circuit is ablated: known circuits and the found one, resample and zero. */
async function ablations({
  task,
  settings,
  found,
  meter,
}: ReportParts): Promise<{ rows: AblationRow[]; notes: string[] }> {
  const { model, train } = task;
  const context = { seqStartIdx: train.seqStart, ...(model.graph.tokens !== null && { wordIdxs: train.wordIdxs }) };
  const known = Object.entries(settings.subject.circuits).map(
    ([name, { edges }]) => [name, Circuit.of(model.graph, edges(model, context))] as const,
  );
  const rows: AblationRow[] = [];
  const { unequal } = task.test;
  const notes = unequal === null ? [] : [`Not measured with resampled values: ${unequal}.`];
  const types = unequal === null ? (["resample", "zero"] as const) : (["zero"] as const);
  for (const [name, circuit] of [["found", found.circuit] as const, ...known]) {
    for (const ablation of types) {
      const measured = await meter.measure(circuit, ablation);
      rows.push({
        circuit: name,
        ablation,
        kl: measured.kl,
        maxAbsDiff: measured.maxAbsDiff,
        kept: measured.maxAbsDiff < KEPT_BELOW,
      });
      const note = name !== "found" && ablation === "resample" ? positionNote(name, circuit, measured) : undefined;
      if (note) notes.push(note);
    }
  }
  return { rows, notes };
}

/** Says at which positions a circuit by token leaves the full model's output, if it covers only some. */
function positionNote(name: string, circuit: Circuit, { maxAbsDiffAt }: CircuitMeasures): string | undefined {
  const { tokens } = circuit.graph;
  if (tokens === null) return undefined;
  // The slice leaves out the first position, so the i-th output is that of position i + 1.
  const moved = maxAbsDiffAt.flatMap((difference, i) =>
    difference >= KEPT_BELOW ? [`${i + 1} (by up to ${difference.toFixed(2)})`] : [],
  );
  if (moved.length === 0) return undefined;
  const covered = [...new Set([...circuit].map((edge) => edge.token))].sort((a, b) => Number(a) - Number(b));
  return (
    `The ${name} circuit covers positions ${covered.join(", ")}. With everything else resampled, the output leaves the full model's at ` +
    `position ${moved.join(", ")}.`
  );
}

/** The faithfulness of circuits of growing size. */
async function curve({ task, settings, found, signal, result }: ReportParts): Promise<Curve | undefined> {
  const { model, test } = task;
  const { scores } = found;
  const sizes = thinned(defaultCircuitSizes(model.graph, scores, result.official?.edges.length));
  using full = new FullModel(model, test);
  const measure = measurements[outputsNumbers(task) ? "mean-squared-error" : "kl-clean"];
  using progress = new Progress("curve");
  const points = await runSizes(
    task,
    {
      scores,
      sizes,
      ablation: settings.ablation,
      signal,
      onProgress: ({ done, total }) => progress.update(done, total),
    },
    (runs) => measure.measure(model, test, runs, { full, signal }),
  );
  // Where all edges have one score there is no circuit between none and all.
  if (points.length === 0) return undefined;
  return {
    metric: result.faithfulness.metric,
    unit: measure.unit,
    points: points.map(({ edges, value }) => ({ edges, value, series: result.algorithm })),
    edgeScale: model.graph.edgeCount > 200 ? "log" : "linear",
  };
}

function thinned(sizes: readonly number[]): number[] {
  const step = Math.ceil(sizes.length / CURVE_POINTS);
  return sizes.filter((_, i) => i % step === 0 || i === sizes.length - 1);
}
