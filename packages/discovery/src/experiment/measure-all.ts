import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  defaultCircuitSizes,
  type LoadedTask,
  type LongOptions,
  type PatchType,
  patchTypes,
  requireDifferentPairs,
  throwIfAborted,
} from "@autocircuit/core";
import {
  type MeasuredCircuit,
  type MetricName,
  type MetricValue,
  measureCircuits,
  metrics,
  requireFittingMetrics,
  usualMetrics,
} from "@autocircuit/metrics";
import { ExperimentResults } from "./experiment-results.ts";
import { type ExperimentSubject, experimentSubject, withTask } from "./experiment-task.ts";
import { requireSameSizes, sameCircuits } from "./merge-parts.ts";
import type { MeasuredSeries, ScoredTask } from "./result-parts.ts";
import { type ExperimentStep, withTaskRecord } from "./run-algorithms.ts";

/** Options of {@link measureAll}. */
export interface MeasureAllOptions extends LongOptions {
  /** Default those that say most about each task's outputs, tokens or numbers. Those that are given must make sense for the outputs of all. */
  readonly metrics?: readonly MetricName[] | undefined;
  /** What edges outside the circuit take. Default `["resample"]`. */
  readonly ablations?: readonly AblationType[] | undefined;
  /** Default `"tree"`. */
  readonly patch?: PatchType | undefined;
  /** Circuit sizes. By default those of `defaultCircuitSizes`, with the known circuit's. */
  readonly sizes?: readonly number[] | undefined;
  /** Where results are written after each step, beside what is there; what is measured there is not measured again. By default nowhere. */
  readonly folder?: string | undefined;
  /** Called after each step. `onProgress` counts steps and parts of them. */
  readonly onStep?: ((step: ExperimentStep) => void) | undefined;
}

/** A list that asks for something. */
const filled = (entry: kind.Kind) => {
  const list = kind.listOf(entry);
  return kind.such(`${list.what}, at least one`, (value) => list.accepts(value) && (value as unknown[]).length > 0);
};

const check = signature(
  "measureAll",
  { tasks: kind.listOf(experimentSubject), results: kind.instance(ExperimentResults, "ExperimentResults") },
  {
    ...coreKinds.longOptions,
    metrics: filled(kind.oneOf(Object.keys(metrics))),
    ablations: filled(coreKinds.ablationName),
    patch: kind.oneOf(patchTypes),
    sizes: filled(kind.whole),
    folder: kind.text,
    onStep: kind.callback,
  } satisfies KindsOf<MeasureAllOptions>,
);

/**
 * Measures the circuits of all scores of an experiment on the test prompts of their tasks: AutoCircuit's `measure_prune_metrics`. What the
 * results or the folder have already is not measured again, so it can be stopped after any step and goes on from what it wrote.
 *
 * @returns the results with a series for each task, algorithm, ablation and metric, and what else the folder has
 * @throws AutocircuitError `bad-input` for metrics that a task's outputs do not have, test prompts whose pairs are all equal with resample ablation, and results that have no scores on a task, measured other sizes before, or contradict the folder's;
 *   what running and measuring throw; `aborted`
 * @example
 * const measured = await measureAll([task], results, { metrics: ["kl-clean", "correct-percent"], folder: "results" });
 * areaSummary(measured.curves("kl-clean"), { metric: "kl-clean" });
 */
export async function measureAll(
  tasks: readonly ExperimentSubject[],
  results: ExperimentResults,
  options: MeasureAllOptions = {},
): Promise<ExperimentResults> {
  check({ tasks, results }, options);
  const { ablations = ["resample"], folder, signal, onProgress, onStep } = options;
  let measured = folder === undefined ? results : await withFolder(results, folder);
  let total = tasks.length;
  let done = 0;
  for (const subject of tasks) {
    await withTask(subject, async (task) => {
      const scored = results.scored.filter((one) => one.task === task.key);
      if (scored.length === 0) {
        throw new AutocircuitError(
          "bad-input",
          `The results have no scores on the task ${JSON.stringify(task.key)}: run algorithms on it first.`,
        );
      }
      const metrics = metricsOf(task, options.metrics);
      for (const ablation of ablations) requireDifferentPairs(task.test.prompts, { ablation });
      measured = await withTaskRecord(measured, task, signal);
      total += scored.length * ablations.length - 1;
      for (const one of scored) {
        for (const ablation of ablations) {
          throwIfAborted(signal);
          const before = performance.now();
          const asked = { ...options, metrics, ablation, onProgress: partOf(onProgress, () => ({ done, total })) };
          const series = await seriesOf(task, one, measured.series, asked);
          measured = measured.with({ series });
          if (folder !== undefined && series.length > 0) await measured.save(folder);
          onProgress?.({ done: ++done, total });
          const kept = series.length === 0;
          const seconds = kept ? 0 : (performance.now() - before) / 1000;
          onStep?.({ task: task.key, algorithm: one.algorithm, ablation, metrics, seconds, kept });
        }
      }
    });
  }
  return measured;
}

/** The metrics to measure on a task. @throws AutocircuitError `bad-input` for one that makes no sense for its outputs */
function metricsOf({ key, model }: LoadedTask, asked: MeasureAllOptions["metrics"]): readonly MetricName[] {
  if (asked === undefined) return usualMetrics(model);
  requireFittingMetrics(model, asked, `the task ${JSON.stringify(key)}`);
  return [...new Set(asked)];
}

/** The results with what else lies in the folder, after they were written there. */
async function withFolder(results: ExperimentResults, folder: string): Promise<ExperimentResults> {
  await results.save(folder);
  const { tasks, algorithms, scored, series } = await ExperimentResults.load(folder);
  const given = ({ task, algorithm }: ScoredTask) =>
    results.scored.find((one) => one.task === task && one.algorithm === algorithm);
  return new ExperimentResults({ tasks, algorithms, series, scored: scored.map((one) => given(one) ?? one) });
}

function partOf(onProgress: LongOptions["onProgress"], now: () => { done: number; total: number }) {
  return (part: { done: number; total: number }) => {
    const { done, total } = now();
    onProgress?.({ done: done + part.done / part.total, total });
  };
}

/** The series of one algorithm that are not there yet. */
async function seriesOf(
  task: LoadedTask,
  { algorithm, scores }: ScoredTask,
  before: readonly MeasuredSeries[],
  options: MeasureAllOptions & { readonly ablation: AblationType; readonly metrics: readonly MetricName[] },
): Promise<MeasuredSeries[]> {
  const { metrics, ablation, patch = "tree", sizes, signal, onProgress } = options;
  const asked = sizes ?? null;
  const of = { task: task.key, algorithm, ablation, patch };
  const known = before.filter((one) => sameCircuits(one, of));
  requireSameSizes(known, { ...of, asked });
  const missing = metrics.filter((name) => known.every(({ metric }) => metric !== name));
  if (missing.length === 0) return [];
  const circuits = await measureCircuits(task.model, task.test, {
    ...{ scores, ablation, patch, signal, onProgress, metrics: missing },
    sizes: sizes ?? defaultCircuitSizes(task.model.graph, scores, task.knownEdgeCount),
  });
  return missing.map((metric) => ({
    ...of,
    asked,
    metric,
    points: circuits.map((circuit) => pointOf(circuit, metric)),
  }));
}

function pointOf({ size, metrics, spread }: MeasuredCircuit, metric: MetricName): MetricValue {
  return { size, value: metrics[metric]!, ...spread[metric] };
}
