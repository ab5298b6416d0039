import { join } from "node:path";
import { Circuit, type LoadedTask, type PruneScores } from "@autocircuit/core";
import { algorithms } from "@autocircuit/discovery";
import { memory } from "@autocircuit/native";
import { type CircuitReport, circuitText, writeReport } from "@autocircuit/report";
import type { DiscoverCommandOptions } from "../commands/discover.ts";
import type { Context } from "../context.ts";
import { findTask } from "../support/find-task.ts";
import { Progress } from "../support/progress.ts";
import { runVersions } from "../support/run-versions.ts";
import { formatBytes, formatNumber, table } from "../support/table.ts";
import { useFewThreads } from "../support/use-few-threads.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { CircuitMeter, faithfulnessMetric } from "./measure-circuits.ts";
import { makeReport } from "./report.ts";
import { compareWithOfficial, type DiscoverResult, scoredEdges } from "./result.ts";
import { algorithmOptions, type DiscoverSettings, discoverSettings } from "./settings.ts";

/** Finds the circuit of a task; prints, reports and saves what came out. */
export async function discover(
  taskName: string,
  options: DiscoverCommandOptions,
  { signal, print }: Context,
): Promise<void> {
  requireWritable(options.json);
  const settings = discoverSettings(findTask(taskName), options);
  requireWritable(join(settings.out, "scores.safetensors"));
  const { seed, byToken, circuitName } = settings;
  await using task = await settings.task.load({ seed, byToken, circuit: circuitName, signal });
  await useFewThreads(task.model);
  const chosen = algorithmOptions(task, settings);
  const started = performance.now();
  const scores = await runAlgorithm(task, settings, chosen, signal);
  const seconds = (performance.now() - started) / 1000;

  const official = Circuit.of(task.model.graph, task.trueEdges!);
  const found = circuitOf(scores, settings, official.size);
  using meter = new CircuitMeter(task, signal);
  const measures = await meter.measure(found, settings.ablation);
  const officialMeasures = await meter.measure(official, settings.ablation);
  const result: DiscoverResult = {
    task: settings.task.name,
    algorithm: settings.algorithm,
    options: { ...plainOptions(chosen), ablation: settings.ablation, byToken, seed },
    edgeCount: task.model.graph.edgeCount,
    circuit: scoredEdges(found, scores),
    official: compareWithOfficial(circuitName, found, official),
    faithfulness: {
      metric: faithfulnessMetric(task),
      circuit: measures.faithfulness,
      official: officialMeasures.faithfulness,
    },
    seconds,
    peakMemoryBytes: (await memory()).peakRssBytes,
    versions: runVersions(),
  };
  const command = `autocircuit discover ${commandLine(taskName, options)}`;
  const report = await makeReport({ task, settings, scores, found, result, measures, meter, command, signal });
  signal.throwIfAborted();
  print(circuitText(report, { color: process.stdout.isTTY && !process.env.NO_COLOR, maxRows: 60 }));
  print(ablationText(report));
  print(summary(result, settings));

  const scoresFile = join(settings.out, "scores.safetensors");
  const written = await writeReport(settings.out, report);
  await scores.save(scoresFile, {
    ...scores.info,
    task: result.task,
    options: result.options,
    seed,
    versions: result.versions,
  });
  if (options.json) writeJson(options.json, result);
  print(`wrote ${[scoresFile, written.html, written.svg, ...(options.json ? [options.json] : [])].join(", ")}`);
}

async function runAlgorithm(
  task: LoadedTask,
  settings: DiscoverSettings,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<PruneScores> {
  using progress = new Progress(settings.algorithm);
  const { discover } = algorithms[settings.algorithm];
  return discover(task.model, task.train, {
    ...options,
    seed: settings.seed,
    signal,
    onProgress: ({ done, total }: { done: number; total: number }) => progress.update(done, total),
  } as never);
}

/** Options as JSON can hold them: edges by name. */
function plainOptions({ edges, ...options }: Record<string, unknown>): Record<string, unknown> {
  return edges === undefined ? options : { ...options, edges: [...(edges as Iterable<unknown>)].map(String) };
}

/** The circuit: as many edges as asked for or as the known circuit has; of ACDC, what no threshold removed. */
function circuitOf(scores: PruneScores, { algorithm, size }: DiscoverSettings, officialSize: number): Circuit {
  if (size !== undefined) return scores.circuit(size);
  return algorithm === "acdc" ? scores.circuitAt(Number.POSITIVE_INFINITY) : scores.circuit(officialSize);
}

/** What stays of the output when everything outside a circuit is ablated, with what the report notes about it. */
function ablationText({ ablationTable = [], notes }: CircuitReport): string {
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? "-" : formatNumber(value);
  const rows = ablationTable.map((row) => [
    row.circuit,
    row.ablation,
    cell(row.kl),
    cell(row.maxAbsDiff),
    row.kept ? "kept" : "changed",
  ]);
  return [table(["circuit alone", "ablation", "KL", "largest change", "output"], rows), ...notes].join("\n");
}

function summary(
  { faithfulness, official, circuit, seconds, peakMemoryBytes }: DiscoverResult,
  { ablation, circuitName }: DiscoverSettings,
): string {
  const { truePositives, falsePositives, falseNegatives } = official;
  return [
    `${faithfulness.metric}, ${ablation} ablation outside the circuit: found ${formatNumber(faithfulness.circuit)}, ${circuitName} ${formatNumber(faithfulness.official)}`,
    `${circuit.length} edges found: ${truePositives} of the ${circuitName} circuit's ${official.edges.length}, ${falsePositives} others, ${falseNegatives} missed`,
    `${seconds.toFixed(2)} s, peak memory ${formatBytes(peakMemoryBytes)}`,
  ].join("\n");
}

/** The options that were given, as they would be typed. */
function commandLine(task: string, options: DiscoverCommandOptions): string {
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (name === "set") return (value as string[]).map((setting) => `--set ${setting}`);
    return value === true ? [flag] : [`${flag} ${Array.isArray(value) ? value.join(",") : String(value)}`];
  });
  return [task, ...flags].join(" ");
}
