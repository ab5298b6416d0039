import { join } from "node:path";
import { Circuit, type LoadedTask, type PruneScores } from "@autocircuit/core";
import { type AlgorithmName, algorithms } from "@autocircuit/discovery";
import { memory } from "@autocircuit/native";
import { circuitText, writeReport } from "@autocircuit/report";
import type { Context } from "../context.ts";
import { equalPairsWarning } from "../support/equal-pairs.ts";
import { Progress } from "../support/progress.ts";
import { runVersions } from "../support/run-versions.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { commandLine } from "./command-line.ts";
import type { FoundCircuit } from "./found-circuit.ts";
import { keepAnswers, requireTokens, startingAlgorithms } from "./keep.ts";
import { CircuitMeter, faithfulnessMetric } from "./measure-circuits.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import { makeReport } from "./report.ts";
import { compareWithOfficial, type DiscoverResult, scoredEdges } from "./result.ts";
import {
  algorithmOptions,
  type DiscoverSettings,
  discoverSettings,
  fitToGraph,
  requireSize,
  runShape,
} from "./settings.ts";
import { ablationText, summary } from "./text.ts";
import { prepareCircuit } from "./warnings.ts";

/** Finds the circuit of a task, or of somebody's own model and prompts; prints, reports and saves what came out. */
export async function discover(
  taskName: string | undefined,
  options: DiscoverCommandOptions,
  context: Context,
): Promise<void> {
  const { signal, print } = context;
  requireWritable(options.json);
  const asked = discoverSettings(taskName, options);
  requireWritable(join(asked.out, "scores.safetensors"));
  const used = await useDevice(options);
  const { seed, byToken, known } = asked;
  const shape = (edgeCount: number) => runShape(asked, edgeCount);
  const subjectOptions = { seed, byToken, circuit: known?.name, used, shape };
  await using task = await asked.subject.load(subjectOptions, context);
  const { settings, note } = fitToGraph(asked, task, taskName, options);
  if (note) print(note);
  const { ablation } = settings;
  requireSize(settings, task.model.graph.edgeCount);
  const equal = equalPairsWarning([task.train, task.test], ablation);
  if (equal) print(equal);
  if (settings.keep !== undefined) requireTokens(task);
  const started = performance.now();
  const ranked = await findCircuit(task, settings, signal);
  const seconds = (performance.now() - started) / 1000;
  const { found, dangling, warnings } = prepareCircuit(task, ranked, settings);

  const official = known && Circuit.of(task.model.graph, task.trueEdges!);
  using meter = new CircuitMeter(task, signal);
  const measures = await meter.measure(found.circuit, ablation);
  const officialMeasures = official && (await meter.measure(official, ablation));
  const { peakRssBytes, peakDeviceBytes } = await memory();
  const result: DiscoverResult = {
    task: settings.subject.name,
    algorithm: settings.algorithm ?? "fewest-edges",
    options: { ...plainOptions(found.options), ablation, byToken: task.model.graph.tokens !== null, seed },
    edgeCount: task.model.graph.edgeCount,
    circuit: scoredEdges(found.circuit, found.scores),
    dangling,
    pruned: settings.prune,
    warnings: [...(equal ? [equal] : []), ...warnings],
    official: official ? compareWithOfficial(known.name, found.circuit, official) : null,
    keep: found.keep ?? null,
    faithfulness: {
      metric: faithfulnessMetric(task),
      circuit: measures.faithfulness,
      official: officialMeasures?.faithfulness ?? null,
    },
    seconds,
    ...used.report,
    peakMemoryBytes: peakRssBytes,
    peakDeviceBytes,
    versions: runVersions(),
  };
  const command = commandLine("discover", taskName, options);
  const report = await makeReport({ task, settings, found, result, meter, command, signal });
  signal.throwIfAborted();
  print(circuitText(report, { color: process.stdout.isTTY && !process.env.NO_COLOR, maxRows: 60 }));
  print(ablationText({ ...report, notes: report.notes.filter((note) => note !== equal) }));
  print(summary(result, settings));

  const written = await writeReport(settings.out, report);
  const files = [written.html, written.svg, ...(await saveScores(found, settings, result))];
  if (options.json) writeJson(options.json, result);
  print(`wrote ${[...files, ...(options.json ? [options.json] : [])].join(", ")}`);
}

async function findCircuit(task: LoadedTask, settings: DiscoverSettings, signal: AbortSignal): Promise<FoundCircuit> {
  const { algorithm, keep } = settings;
  const rankings: PruneScores[] = [];
  const runs: [AlgorithmName, Record<string, unknown>][] =
    algorithm === undefined ? startingAlgorithms(task) : [[algorithm, settings.given]];
  let options: Record<string, unknown> = {};
  for (const [name, given] of runs) {
    const chosen = algorithmOptions(name, task, { ...settings, given });
    rankings.push(await runAlgorithm(name, task, chosen, settings.seed, signal));
    if (algorithm !== undefined) options = chosen;
  }
  if (keep === undefined) {
    const scores = rankings[0]!;
    return { circuit: circuitOf(task, scores, settings), scores, rankings, options };
  }
  const kept = await keepAnswers(task, rankings, settings, signal);
  const { circuit, scores } = kept.found;
  return { circuit, scores, rankings, options: { ...options, keep, tries: kept.keep.tries }, keep: kept.keep };
}

async function runAlgorithm(
  name: AlgorithmName,
  task: LoadedTask,
  options: Record<string, unknown>,
  seed: number,
  signal: AbortSignal,
): Promise<PruneScores> {
  using progress = new Progress(name);
  return algorithms[name].discover(task.model, task.train, {
    ...options,
    seed,
    signal,
    onProgress: ({ done, total }: { done: number; total: number }) => progress.update(done, total),
  } as never);
}

/** Options as JSON can hold them: edges by name. */
function plainOptions({ edges, ...options }: Record<string, unknown>): Record<string, unknown> {
  return edges === undefined ? options : { ...options, edges: [...(edges as Iterable<unknown>)].map(String) };
}

/** The circuit: as many edges as asked for or as the known circuit has; of ACDC, what no threshold removed. */
function circuitOf({ trueEdges }: LoadedTask, scores: PruneScores, { algorithm, size }: DiscoverSettings): Circuit {
  if (size !== undefined) return scores.circuit(size);
  return algorithm === "acdc" ? scores.circuitAt(Number.POSITIVE_INFINITY) : scores.circuit(trueEdges!.length);
}

/** Saves the scores that the circuit is made of, and those it was looked for from; gives the paths. */
async function saveScores(
  { scores, rankings }: FoundCircuit,
  { out, seed }: DiscoverSettings,
  { task, options, versions }: DiscoverResult,
): Promise<string[]> {
  const files: string[] = [];
  const save = async (name: string, of: PruneScores, info: object) => {
    const path = join(out, `${name}.safetensors`);
    await of.save(path, { ...of.info, task, seed, versions, ...info });
    files.push(path);
  };
  await save("scores", scores, { options });
  for (const ranking of rankings) if (ranking !== scores) await save(`scores-${ranking.info.algorithm}`, ranking, {});
  return files;
}
