import { statSync } from "node:fs";
import { formatNumber, suggest, USUAL_SEED } from "@autocircuit/base";
import { graphKind, readyTask } from "@autocircuit/circuits";
import {
  type AblationType,
  graphDifference,
  type LoadedTask,
  latentIdentity,
  PruneScores,
  rankOfScores,
  runVersions,
} from "@autocircuit/core";
import { measuringShape } from "@autocircuit/discovery";
import { type MetricName, measureCircuits, metrics, usualMetrics } from "@autocircuit/metrics";
import type { Context } from "../context.ts";
import { chooseSubject } from "../discover/choose-subject.ts";
import { equalPairsWarnings } from "../support/equal-pairs.ts";
import { kindOptions } from "../support/graph-kind.ts";
import { inFlagNames } from "../support/in-flags.ts";
import { withKeptLatents } from "../support/kept-latents.ts";
import { Progress } from "../support/progress.ts";
import { askingForModel, otherModelNote } from "../support/saved-model.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { measureAsMib, requireMibOptions } from "./mib.ts";
import type { MeasureCommandOptions } from "./options.ts";

/** Runs circuits of several sizes and prints a row of metrics for each. */
export async function measure(
  taskName: string | undefined,
  asked: MeasureCommandOptions,
  context: Context,
): Promise<void> {
  const { signal, print } = context;
  requireWritable(asked.json);
  requireMibOptions(asked);
  if (taskName !== undefined) requireNoFile(taskName);
  // What cannot be is said before anything is read.
  chooseSubject(taskName, asked);
  for (const name of asked.metrics ?? []) requireMetric(name);
  const scores = await PruneScores.load(asked.scores);
  const byToken = scores.graph.seqLen !== null;
  const seed = asked.seed ?? scores.info.seed ?? USUAL_SEED;
  const kept = await withKeptLatents(asked, [{ file: asked.scores, latents: latentIdentity(scores.graph) }]);
  const options = { ...kept, ...(taskName === undefined && kindOptions(graphKind(scores.graph), asked)), seed };
  const subject = chooseSubject(taskName, options);
  const used = await useDevice(options);
  const loading = { byToken, seed, knownCircuit: undefined, used, shape: () => measuringShape };
  await using task = await subject
    .load(loading, context)
    .catch((error: unknown) => askingForModel(error, [asked.scores, asked.keepLatents]));
  if (!scores.graph.equals(task.model.graph)) {
    throw new UsageError(
      `${options.scores} holds scores of another graph (${scores.graph.edgeCount} edges) than ${subject.model ?? subject.name}'s ` +
        `(${task.model.graph.edgeCount} edges): ${inFlagNames(graphDifference(scores.graph.config, task.model.graph.config))}.`,
    );
  }
  const other = otherModelNote(asked.scores, scores.info, asked.model, task.model);
  if (other !== undefined) print(other);
  for (const warning of equalPairsWarnings([task.test], options.ablation as AblationType)) print(warning);
  const names = chosenMetrics(task, options.metrics);
  if (options.mib) {
    const about = taskName ?? subject.description;
    return await measureAsMib({ subject, about, task, scores, options, used }, { signal, print });
  }
  using progress = new Progress("circuits x prompts");
  const { patch, ablation, sizes, rank } = options;
  const circuits = await measureCircuits(task.model, task.test, {
    ...{ scores, sizes, rank, patch, signal, metrics: names },
    ablation: ablation as AblationType,
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  const rows = circuits.map(({ size, metrics }) => [size, ...names.map((name) => metrics[name]!)]);
  print(
    table(
      ["edges", ...names],
      rows.map((row) => row.map(formatNumber)),
    ),
  );
  for (const note of circuits.flatMap(({ notes }) => notes)) print(note);
  if (!options.json) return;
  const units = Object.fromEntries(names.map((name) => [name, metrics[name].unit]));
  await writeJson(options.json, {
    task: subject.name,
    model: options.model ?? null,
    prompts: options.prompts ?? null,
    scores: options.scores,
    patch,
    ablation,
    rank: rank ?? rankOfScores(scores),
    byToken,
    seed,
    ...used.report,
    prunedLatents: subject.prunedLatents,
    replacedKl: subject.replacedKl,
    units,
    circuits,
    versions: runVersions(),
  });
  print(`wrote ${options.json}`);
}

/** @throws UsageError for a file in the place of the task, as a second one behind `--scores` is */
function requireNoFile(taskName: string): void {
  const isFile = taskName.endsWith(".safetensors") || statSync(taskName, { throwIfNoEntry: false })?.isFile();
  if (readyTask(taskName) !== undefined || !isFile) return;
  throw new UsageError(
    `${taskName} is a file, where a task is named: --scores takes one file. Measure the scores of each by themselves.`,
  );
}

function requireMetric(name: string): void {
  if (name === "all" || Object.hasOwn(metrics, name)) return;
  throw new UsageError(`There is no metric "${name}". ${suggest(name, ["all", ...Object.keys(metrics)])}`);
}

/** The metrics asked for; by default those that say most, and with "all" every one that makes sense for the task's outputs. */
function chosenMetrics({ model }: LoadedTask, asked: readonly string[] | undefined): MetricName[] {
  if (asked === undefined || asked.includes("all")) return usualMetrics(model, asked !== undefined);
  return asked as MetricName[];
}
