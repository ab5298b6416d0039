import { join } from "node:path";
import { formatBytes, formatNumber } from "@autocircuit/base";
import { type LoadedTask, runVersions } from "@autocircuit/core";
import {
  findSpanCircuit,
  measuringShape,
  modelAccuracy,
  readSpans,
  reportAccuracy,
  type SpanProgress,
  type SpansSchema,
  saveSpanScores,
  scoredCrossing,
  scoredSpanEdges,
  spanReportOf,
} from "@autocircuit/discovery";
import { memory } from "@autocircuit/native";
import { circuitText, writeReport } from "@autocircuit/report";
import type { Context } from "../../context.ts";
import { commandLine } from "../../support/command-line.ts";
import { equalPairsWarnings } from "../../support/equal-pairs.ts";
import { processingDone } from "../../support/logits-note.ts";
import { deviceText, useDevice } from "../../support/use-device.ts";
import { requireWritable, writeJson } from "../../support/write-file.ts";
import { accuracyText } from "../accuracy-text.ts";
import type { DiscoverCommandOptions } from "../options.ts";
import { titleOf } from "../report.ts";
import { StepsProgress } from "../steps-progress.ts";
import type { SpanResult } from "./span-result.ts";
import { type SpanSettings, spanSettings } from "./span-settings.ts";

/** Finds the circuit of a task over spans of its prompts: edges in spans, and edges inside heads from span to span. */
export async function discoverSpans(
  taskName: string | undefined,
  options: DiscoverCommandOptions,
  context: Context,
): Promise<void> {
  const { signal, print } = context;
  const settings = spanSettings(taskName, options);
  const { subject, file, seed, ablation, aggregation, algorithm, size } = settings;
  const schema = await readSpans(file);
  const scoresPath = join(settings.out, "span-scores.safetensors");
  requireWritable(scoresPath);
  const used = await useDevice(options);
  const loading = { seed, byToken: false, knownCircuit: undefined, used, shape: () => measuringShape };
  await using task = await subject.load(loading, context);
  for (const warning of equalPairsWarnings([task.train, task.test], ablation)) print(warning);
  const found = await find(task, schema, settings, signal);
  const { circuit, scores, seconds, divergence, notes } = found;
  const accuracy = await modelAccuracy(task, { signal });
  const { peakMemoryBytes, peakDeviceBytes } = await memory();
  const result: SpanResult = {
    task: subject.name,
    model: subject.model,
    processing: processingDone(task.model).steps,
    algorithm,
    options: { ablation, aggregation, ...settings.given, spans: file, size, seed },
    spans: scores.spans,
    edgeCount: scores.values.length,
    crossingCount: scores.crossing?.values.length ?? null,
    circuit: scoredSpanEdges(circuit, scores),
    crossing: scoredCrossing(circuit, scores),
    notes: [...subject.notes, ...notes],
    accuracy,
    divergence,
    seconds,
    ...used.report,
    peakMemoryBytes,
    peakDeviceBytes,
    versions: runVersions(),
  };
  const report = await spanReportOf(task, found, {
    about: {
      title: titleOf(subject, task),
      task: subject.title(task),
      model: subject.model ?? undefined,
      accuracy: reportAccuracy(accuracy),
      options: { ...result.options, device: deviceText(result) },
      notes: result.notes,
      command: commandLine("discover", taskName, options),
      peakMemoryBytes,
    },
    signal,
  });
  print(circuitText(report, { color: process.stdout.isTTY && !process.env.NO_COLOR, maxRows: 60 }));
  print(summary(result));
  const written = await writeReport(settings.out, report);
  const { versions } = result;
  await saveSpanScores(scoresPath, scores, { task: subject.name, seed, versions });
  const files = [written.html, written.svg, scoresPath, ...(options.json ? [options.json] : [])];
  if (options.json) await writeJson(options.json, result);
  print(`wrote ${files.join(", ")}`);
}

/** Finds the circuit, with progress. */
async function find(task: LoadedTask, schema: SpansSchema, settings: SpanSettings, signal: AbortSignal) {
  const { size, algorithm, aggregation, ablation, given: options } = settings;
  using progress = new StepsProgress();
  const onProgress = (step: SpanProgress) => progress.update(step);
  const how = { algorithm, aggregation, ablation, options, signal, onProgress };
  return await findSpanCircuit(task, schema, size, how);
}

/** The figures of a run in a few lines. */
function summary(result: SpanResult): string {
  const { accuracy, divergence, circuit, crossing, edgeCount, crossingCount, spans, seconds, peakMemoryBytes } = result;
  const { metric, circuit: value } = divergence;
  return [
    ...(accuracy ? [accuracyText(accuracy)] : []),
    `${metric}, ${result.options.ablation} ablation outside the circuit: found ${formatNumber(value)}`,
    `${circuit.length} of ${edgeCount} edges in ${spans.length} spans` +
      (crossing === null ? "" : `, ${crossing.length} of ${crossingCount} inside heads`),
    `${seconds.toFixed(2)} s on ${deviceText(result)}, peak memory ${formatBytes(peakMemoryBytes)}`,
  ].join("\n");
}
