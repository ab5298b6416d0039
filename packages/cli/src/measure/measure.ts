import { suggest } from "@autocircuit/base";
import { type AblationType, defaultCircuitSizes, type LoadedTask, PruneScores } from "@autocircuit/core";
import { FullModel, type MeasurementName, measurements } from "@autocircuit/metrics";
import type { Context } from "../context.ts";
import { memoryOf } from "../discover/ready-subject.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { equalPairsWarning } from "../support/equal-pairs.ts";
import { findTask, requireOwnModel } from "../support/find-task.ts";
import { Progress } from "../support/progress.ts";
import { runSizes } from "../support/run-sizes.ts";
import { runVersions } from "../support/run-versions.ts";
import { formatNumber, table } from "../support/table.ts";
import { tiesWarning } from "../support/ties.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";

/** Options of `autocircuit measure`, as commander gives them. */
export interface MeasureCommandOptions extends DeviceCommandOptions {
  scores: string;
  model?: string;
  sizes?: number[];
  metrics?: string[];
  patch: "tree" | "edge";
  ablation: string;
  seed: number;
  json?: string;
}

/** Runs circuits of several sizes and prints a row of metrics for each. */
export async function measure(
  taskName: string,
  options: MeasureCommandOptions,
  { signal, print }: Context,
): Promise<void> {
  requireWritable(options.json);
  const ready = findTask(taskName);
  requireOwnModel(taskName, options.model, "Leave --model out.");
  for (const name of options.metrics ?? []) requireMetric(name);
  const scores = await PruneScores.load(options.scores);
  const byToken = scores.graph.tokens !== null;
  const { model } = options;
  const used = await useDevice(options);
  await using task = await ready.load({
    byToken,
    seed: options.seed,
    signal,
    ...used.how,
    ...(model !== undefined && { model }),
  });
  if (!scores.graph.equals(task.model.graph)) {
    throw new UsageError(
      `${options.scores} holds scores of another graph (${scores.graph.edgeCount} edges) than ${taskName}'s (${task.model.graph.edgeCount} edges).`,
    );
  }
  if (model !== undefined) print(memoryOf(task, { circuits: 1, sliced: true }, used));
  const equal = equalPairsWarning([task.test], options.ablation);
  if (equal) print(equal);
  const names = chosenMetrics(task, options.metrics);
  using progress = new Progress("circuits x prompts");
  const { patch, ablation, sizes } = options;
  using full = new FullModel(task.model, task.test);
  const circuits = await runSizes(
    task,
    {
      ...{ scores, patch, signal },
      ablation: ablation as AblationType,
      sizes: sizes ?? defaultCircuitSizes(task.model.graph, scores),
      onProgress: ({ done, total }) => progress.update(done, total),
    },
    async (runs) => {
      const measured: MeasuredCircuit[] = runs.map(({ edges, asked }) => ({ edges, asked, metrics: {} }));
      for (const name of names) {
        const values = await measurements[name].measure(task.model, task.test, runs, { full, signal });
        for (const [i, { value }] of values.entries()) measured[i]!.metrics[name] = value;
      }
      return measured;
    },
  );
  const rows = circuits.map(({ edges, metrics }) => [edges, ...names.map((name) => metrics[name]!)]);
  print(
    table(
      ["edges", ...names],
      rows.map((row) => row.map(formatNumber)),
    ),
  );
  for (const { asked, edges } of circuits) {
    const tied = asked.filter((size) => size !== edges);
    const warning = sizes && tied.length > 0 ? tiesWarning(scores, tied[0]!, edges) : undefined;
    if (warning) print(warning);
  }
  if (!options.json) return;
  const units = Object.fromEntries(names.map((name) => [name, measurements[name].unit]));
  writeJson(options.json, {
    task: ready.name,
    model: model ?? null,
    scores: options.scores,
    patch,
    ablation,
    byToken,
    seed: options.seed,
    ...used.report,
    units,
    circuits,
    versions: runVersions(),
  });
  print(`wrote ${options.json}`);
}

/** What was measured of one circuit. */
interface MeasuredCircuit {
  edges: number;
  /** The sizes that were asked for and gave this circuit. */
  asked: readonly number[];
  metrics: Partial<Record<MeasurementName, number>>;
}

function requireMetric(name: string): void {
  if (name === "all" || Object.hasOwn(measurements, name)) return;
  throw new UsageError(`There is no metric "${name}". ${suggest(name, ["all", ...Object.keys(measurements)])}`);
}

/** The metrics asked for; by default those that say most, and with "all" every one that makes sense for the task's outputs. */
function chosenMetrics({ model }: LoadedTask, asked: readonly string[] | undefined): MeasurementName[] {
  const numbers = model.config.dVocabOut === 1;
  if (asked?.includes("all"))
    return (Object.keys(measurements) as MeasurementName[]).filter((name) => fits(name, numbers));
  if (asked) return asked as MeasurementName[];
  return numbers
    ? ["mean-squared-error", "max-abs-diff", "answer-mean-squared-error"]
    : ["kl-clean", "max-abs-diff", "logit-diff", "answer-prob", "correct-percent"];
}

/** One number a position has no distribution and no most likely token. */
function fits(name: MeasurementName, numbers: boolean): boolean {
  if (!numbers) return measurements[name].answers !== "numbers";
  return measurements[name].answers !== "tokens" && !["kl-clean", "kl-corrupt", "argmax-agreement"].includes(name);
}
