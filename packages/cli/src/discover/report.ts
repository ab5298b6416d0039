import { Circuit, type LoadedTask } from "@autocircuit/core";
import { TrainedScores } from "@autocircuit/discovery";
import { type CircuitMeasures, rocCurve } from "@autocircuit/metrics";
import type { AblationRow, CircuitReport, ReportGraph } from "@autocircuit/report";
import { deviceText } from "../support/use-device.ts";
import { stabilityReport } from "./bootstrap.ts";
import { faithfulText } from "./faithful-size.ts";
import { keepCurve, keepNotes } from "./keep-report.ts";
import type { ReportParts } from "./report-parts.ts";
import type { DiscoverResult } from "./result.ts";
import { faithfulnessCurve } from "./size-curve.ts";
import { sourceNorms } from "./source-norms.ts";
import type { Subject } from "./subject.ts";

/** Largest difference that counts as the same output: float32 noise of a compiled model stays far below. */
export const KEPT_BELOW = 1e-3;

/** Share of the time for measuring that goes into the table of ablations at most; the rest is the curve's. */
const TABLE_SHARE = 0.3;

/** Makes the report: the circuit beside the known one, what each known circuit keeps under each ablation, and a curve over sizes. */
export async function makeReport(parts: ReportParts): Promise<CircuitReport> {
  const { task, settings, found, result, command } = parts;
  const { subject, known, ablation } = settings;
  const { official, faithfulness, keep } = result;
  const { rows, notes } = await ablations(parts);
  const { curve, note } = keep ? { curve: keepCurve(keep, result), note: undefined } : await faithfulnessCurve(parts);
  const activation = await sourceNorms(task, parts.signal);
  const row = (name: string, value: number, edges: number) => ({ name: `${name}, ${ablation}`, value, edges });
  return {
    title: titleOf(subject, task),
    task: subject.title(task),
    model: subject.model ?? undefined,
    accuracy: accuracyOf(result),
    algorithm: result.algorithm,
    options: { ...result.options, device: deviceText(result) },
    graph: reportGraph(task),
    tokenLabels: subject.tokenLabels(task),
    circuit: result.circuit.map((edge) => ({ ...edge, activation: activation(edge) })),
    official: known && official ? { name: known.name, source: known.circuit.source, edges: official.edges } : undefined,
    kept: keep ?? undefined,
    notes: [
      ...result.warnings,
      ...(keep ? keepNotes(keep, result.circuit.length, result.edgeCount) : []),
      ...(result.faithful ? [faithfulText(result.faithful)] : []),
      ...notes,
      ...(note ? [note] : []),
    ],
    faithfulness: {
      metric: faithfulness.metric,
      rows: [
        row("circuit found", faithfulness.circuit, result.circuit.length),
        ...(official ? [row(`${official.name} circuit`, faithfulness.official!, official.edges.length)] : []),
      ],
    },
    ablationTable: rows,
    curve,
    roc: rankingBeside(parts),
    training: found.rankings.find((scores) => scores instanceof TrainedScores)?.history,
    stability: result.bootstrap ? stabilityReport(result.bootstrap, result.algorithm) : undefined,
    tests: result.tests?.verdicts,
    command,
    seconds: result.seconds,
    peakMemoryBytes: result.peakMemoryBytes,
    versions: result.versions,
  };
}

/** How the scores rank the edges of the known circuit, where there is one. */
function rankingBeside({ task, settings: { known }, found, result }: ReportParts): CircuitReport["roc"] {
  const { official } = result;
  if (!known || !official || official.edges.length === task.model.graph.edgeCount) return undefined;
  const { points } = rocCurve(found.scores, task.trueEdges!);
  return [{ task: known.name, algorithm: result.algorithm, points }];
}

/** What was asked of which model. */
export function titleOf({ name, model, description, title }: Subject, task: LoadedTask): string {
  if (model === null) return `${name}: ${description}`;
  const named = title(task);
  return named === description ? `Prompts of ${named}, in ${model}` : `${named}: ${description}, in ${model}`;
}

/** How often the model is right, against wrong answers where there are some. */
export function accuracyOf({ accuracy }: Pick<DiscoverResult, "accuracy">): CircuitReport["accuracy"] {
  if (!accuracy) return undefined;
  const { above, first, prompts } = accuracy;
  return { share: (above ?? first) / 100, against: above === null ? "all tokens" : "wrong answers", prompts };
}

/** The model's graph as the report draws it. */
export function reportGraph({ model: { graph } }: LoadedTask): ReportGraph {
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
async function ablations(parts: ReportParts): Promise<{ rows: AblationRow[]; notes: string[] }> {
  const { task, settings, found, meter, time } = parts;
  const { model, train } = task;
  const context = { seqStartIdx: train.seqStart, ...(model.graph.tokens !== null && { wordIdxs: train.wordIdxs }) };
  const known = Object.entries(settings.subject.circuits).map(
    ([name, { edges }]) => [name, Circuit.of(model.graph, edges(model, context))] as const,
  );
  const rows: AblationRow[] = [];
  const { unequal } = task.test;
  const notes = unequal === null ? [] : [`Not measured with resampled values: ${unequal}.`];
  const types = unequal === null ? (["resample", "zero"] as const) : (["zero"] as const);
  const circuits = [["found", found.circuit] as const, ...known];
  let left = circuits.length * types.length;
  let fewest = meter.promptCount;
  for (const [name, circuit] of circuits) {
    for (const ablation of types) {
      const share = TABLE_SHARE / left--;
      const measured =
        measuredBefore(parts, name, ablation) ?? (await meter.measure(circuit, ablation, time.share(share)));
      fewest = Math.min(fewest, measured.prompts);
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
  if (fewest < meter.promptCount)
    notes.push(
      `Some of these circuits were run on the first ${fewest} of ${meter.promptCount} prompts, ${time.reason}`,
    );
  return { rows, notes };
}

/** One circuit has one number everywhere, also where fewer prompts were run for want of time. */
function measuredBefore(
  { settings, measured }: ReportParts,
  name: string,
  ablation: string,
): CircuitMeasures | undefined {
  if (ablation !== settings.ablation) return undefined;
  if (name === "found") return measured.found;
  return name === settings.known?.name ? measured.official : undefined;
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
