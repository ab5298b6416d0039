import { join } from "node:path";
import { formatBytes } from "@autocircuit/base";
import { type LoadedTask, runVersions } from "@autocircuit/core";
import {
  crossingAlgorithms,
  crossingScores,
  modelAccuracy,
  noCrossing,
  type PromptSpans,
  readSpans,
  type SpanScores,
  saveSpanScores,
  spanScores,
} from "@autocircuit/discovery";
import { memory } from "@autocircuit/native";
import { circuitText, writeReport } from "@autocircuit/report";
import type { Context } from "../../context.ts";
import { commandLine } from "../../support/command-line.ts";
import { equalPairsWarning } from "../../support/equal-pairs.ts";
import { Progress } from "../../support/progress.ts";
import { formatNumber } from "../../support/table.ts";
import { deviceText, useDevice } from "../../support/use-device.ts";
import { requireWritable, writeJson } from "../../support/write-file.ts";
import { accuracyText } from "../accuracy-text.ts";
import type { DiscoverCommandOptions } from "../options.ts";
import { inSlices } from "../subject.ts";
import { measureSpanCircuit } from "./measure-span-circuit.ts";
import { requireFittingSpans } from "./require-fitting-spans.ts";
import { spanReport } from "./span-report.ts";
import { type SpanResult, scoredCrossing, scoredSpanEdges } from "./span-result.ts";
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
  const loading = { seed, byToken: false, circuit: undefined, used, shape: inSlices };
  await using task = await subject.load(loading, context);
  const equal = equalPairsWarning([task.train, task.test], ablation);
  if (equal) print(equal);
  const spans = requireFittingSpans(task, schema, settings);
  const started = performance.now();
  const outside = noCrossing(task.model, algorithm, settings.given);
  const scores = await scoreSpans(task, settings, { spans: spans.train, crosses: outside === null, signal });
  const seconds = (performance.now() - started) / 1000;
  const circuit = scores.circuit(size);
  const measured = await measureSpanCircuit(task, spans.test, circuit, ablation, signal);
  const accuracy = await modelAccuracy(task, { signal });
  const { peakRssBytes, peakDeviceBytes } = await memory();
  const result: SpanResult = {
    task: subject.name,
    model: subject.model,
    algorithm,
    options: { ablation, aggregation, ...settings.given, spans: file, size, seed },
    spans: scores.spans,
    edgeCount: scores.values.length,
    crossingCount: scores.crossing?.values.length ?? null,
    circuit: scoredSpanEdges(circuit, scores),
    crossing: scoredCrossing(circuit, scores),
    warnings: [
      ...subject.notes,
      ...(equal ? [equal] : []),
      ...(outside === null ? [] : [outsideHeads(algorithm, outside)]),
    ],
    accuracy,
    faithfulness: measured,
    seconds,
    ...used.report,
    peakMemoryBytes: peakRssBytes,
    peakDeviceBytes,
    versions: runVersions(),
  };
  const report = spanReport(task, settings, result, commandLine("discover", taskName, options));
  print(circuitText(report, { color: process.stdout.isTTY && !process.env.NO_COLOR, maxRows: 60 }));
  print(summary(result));
  const written = await writeReport(settings.out, report);
  const { versions } = result;
  await saveSpanScores(scoresPath, scores, { task: subject.name, seed, versions });
  const files = [written.html, written.svg, scoresPath, ...(options.json ? [options.json] : [])];
  if (options.json) await writeJson(options.json, result);
  print(`wrote ${files.join(", ")}`);
}

/** What all algorithms that look at a loss take. */
const OF_LOSS = ["loss", "gradFunction", "answerFunction"] as const;

/** Scores of the edges in spans and, where the algorithm has such, of those inside heads behind them. */
async function scoreSpans(
  { model, train: { prompts } }: LoadedTask,
  { algorithm, aggregation, ablation, given }: SpanSettings,
  { spans, crosses, signal }: { spans: PromptSpans; crosses: boolean; signal: AbortSignal },
): Promise<SpanScores> {
  const isOfLoss = (name: string) => (OF_LOSS as readonly string[]).includes(name);
  const ofLoss = Object.fromEntries(Object.entries(given).filter(([name]) => isOfLoss(name)));
  const algorithmOptions = Object.fromEntries(Object.entries(given).filter(([name]) => !isOfLoss(name)));
  using within = new Progress("edges in spans");
  const shared = { aggregation, ...ofLoss, signal };
  const scores = await spanScores(model, prompts, spans, {
    ...{ algorithm, algorithmOptions, ...shared },
    // Nothing is ablated where it is only looked at what flows.
    ...(algorithm !== "information-flow-routes" && { ablation }),
    onProgress: ({ done, total }) => within.update(done, total),
  } as Parameters<typeof spanScores>[3]);
  if (!crosses) return scores;
  using across = new Progress("edges inside heads");
  const crossing = await crossingScores(model, prompts, spans, {
    ...{ algorithm, ablation, ...algorithmOptions, ...shared },
    onProgress: ({ done, total }) => across.update(done, total),
  } as Parameters<typeof crossingScores>[3]);
  return scores.withCrossing(crossing);
}

/** What is not in the circuit of an algorithm that scores no edges inside heads. */
function outsideHeads(algorithm: string, why: string): string {
  return (
    `Edges inside heads have no scores by ${algorithm}: ${why}. All of them stay, and the circuit is of edges in spans. ` +
    `These algorithms score both: ${crossingAlgorithms.join(", ")}.`
  );
}

/** The figures of a run in a few lines. */
function summary(result: SpanResult): string {
  const { accuracy, faithfulness, circuit, crossing, edgeCount, crossingCount, spans, seconds, peakMemoryBytes } =
    result;
  const { metric, circuit: value } = faithfulness;
  return [
    ...(accuracy ? [accuracyText(accuracy)] : []),
    `${metric}, ${result.options.ablation} ablation outside the circuit: found ${formatNumber(value)}`,
    `${circuit.length} of ${edgeCount} edges in ${spans.length} spans` +
      (crossing === null ? "" : `, ${crossing.length} of ${crossingCount} inside heads`),
    `${seconds.toFixed(2)} s on ${deviceText(result)}, peak memory ${formatBytes(peakMemoryBytes)}`,
  ].join("\n");
}
