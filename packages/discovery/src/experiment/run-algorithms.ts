import { existsSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask, type LongOptions, type PruneScores, throwIfAborted } from "@autocircuit/core";
import type { MetricName } from "@autocircuit/metrics";
import { TrainedScores } from "../training/trained-scores.ts";
import {
  type ExperimentAlgorithm,
  experimentAlgorithm,
  type ResolvedAlgorithm,
  resolvedAlgorithms,
} from "./experiment-algorithm.ts";
import { ExperimentResults } from "./experiment-results.ts";
import { type ExperimentSubject, experimentSubject, recordOf, requireSameTask, withTask } from "./experiment-task.ts";
import { requireSameOptions } from "./merge-parts.ts";
import type { RecordedAlgorithm } from "./result-parts.ts";
import { EXPERIMENT_FILE } from "./results-folder.ts";

/** A step of an experiment. */
export interface ExperimentStep {
  readonly task: string;
  readonly algorithm: string;
  /** Of measuring. */
  readonly ablation?: string;
  /** Of measuring: those that were asked for, or suit the task's outputs. */
  readonly metrics?: readonly MetricName[];
  /** On the wall; 0 for what was there already. */
  readonly seconds: number;
  /** Whether an earlier run did it. */
  readonly kept: boolean;
}

/** Options of {@link runAlgorithms}. */
export interface RunAlgorithmsOptions extends LongOptions {
  /** Where results are kept: what is there is not done again, and what is done is written after each step. By default nowhere. */
  readonly folder?: string | undefined;
  /** Called after each step. `onProgress` counts steps and parts of them. */
  readonly onStep?: ((step: ExperimentStep) => void) | undefined;
}

const check = signature(
  "runAlgorithms",
  { tasks: kind.listOf(experimentSubject), algorithms: kind.listOf(experimentAlgorithm) },
  { ...coreKinds.longOptions, folder: kind.text, onStep: kind.callback } satisfies KindsOf<RunAlgorithmsOptions>,
);

/**
 * Runs every algorithm on the training prompts of every task, one after the other: AutoCircuit's `run_prune_algos`. With a folder it can be
 * stopped after any step and goes on from there.
 *
 * @param tasks loaded tasks, or functions that load them one at a time, which saves the memory of models
 * @param algorithms keys of presets (`"Tree Probing"`), names of algorithms (`"acdc"`), either with options, or own functions
 * @throws AutocircuitError `unknown-name` for an algorithm there is not; `bad-input` for tasks or algorithms of equal keys, and for a folder
 *   whose results are of another task or other options, and prompt pairs that are all equal where an algorithm resamples; what algorithms throw, with which it was on which task (`bad-input` for errors of other kinds); `aborted`
 * @example
 * const results = await runAlgorithms([task], ["ACDC", { algorithm: "mask-gradient", options: { steps: 10 } }], { folder: "results" });
 * const measured = await measureAll([task], results, { folder: "results" });
 */
export async function runAlgorithms(
  tasks: readonly ExperimentSubject[],
  algorithms: readonly ExperimentAlgorithm[],
  options: RunAlgorithmsOptions = {},
): Promise<ExperimentResults> {
  check({ tasks, algorithms }, options);
  const { folder, signal, onProgress, onStep } = options;
  const resolved = resolvedAlgorithms(algorithms);
  const found = folder !== undefined && existsSync(join(folder, EXPERIMENT_FILE));
  let results = withAlgorithms(found ? await ExperimentResults.load(folder) : new ExperimentResults(), resolved);
  const total = tasks.length * resolved.length;
  let done = 0;
  const seen = new Set<string>();
  for (const subject of tasks) {
    await withTask(subject, async (task) => {
      if (seen.has(task.key)) throw twice(task.key);
      seen.add(task.key);
      results = await withTaskRecord(results, task, signal);
      for (const algorithm of resolved) {
        const step = { task: task.key, algorithm: algorithm.key };
        const kept = results.scored.some((one) => one.task === step.task && one.algorithm === step.algorithm);
        let seconds = 0;
        if (!kept) {
          throwIfAborted(signal);
          const before = performance.now();
          const scores = await saying(step, () =>
            algorithm.discover(task, {
              signal,
              onProgress: (part) => onProgress?.({ done: done + part.done / part.total, total }),
            }),
          );
          requireScores(scores, task, algorithm.key);
          seconds = (performance.now() - before) / 1000;
          const history = scores instanceof TrainedScores ? { history: scores.history } : {};
          results = results.with({ scored: [{ ...step, scores, seconds, ...history }] });
          if (folder !== undefined) await results.save(folder);
        }
        onProgress?.({ done: ++done, total });
        onStep?.({ ...step, seconds, kept });
      }
    });
  }
  return results;
}

/** Runs one step of many, so that what it throws says which it was. What is not ours to word is the cause. */
async function saying<T>(
  { task, algorithm }: Pick<ExperimentStep, "task" | "algorithm">,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const code = cause instanceof AutocircuitError ? cause.code : "bad-input";
    if (code === "aborted" || (cause as Error | null)?.name === "AbortError") throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AutocircuitError(code, `${algorithm} on ${task}: ${reason}`, { cause });
  }
}

/** Results that have a task's record, which is that of the task. */
export async function withTaskRecord(
  results: ExperimentResults,
  task: LoadedTask,
  signal: AbortSignal | undefined,
): Promise<ExperimentResults> {
  const now = await recordOf(task, signal);
  const before = results.tasks.find(({ key }) => key === task.key);
  if (before === undefined) return results.with({ tasks: [now] });
  requireSameTask(before, now);
  return results;
}

function withAlgorithms(results: ExperimentResults, resolved: readonly ResolvedAlgorithm[]): ExperimentResults {
  const added: RecordedAlgorithm[] = [];
  for (const { discover: _, ...algorithm } of resolved) {
    const before = results.algorithms.find(({ key }) => key === algorithm.key);
    if (before === undefined) added.push(algorithm);
    else requireSameOptions(before, algorithm);
  }
  return results.with({ algorithms: added });
}

function requireScores(scores: PruneScores, task: LoadedTask, algorithm: string): void {
  if (coreKinds.pruneScores.accepts(scores) && scores.graph.equals(task.model.graph)) return;
  throw new AutocircuitError(
    "bad-input",
    `What ${JSON.stringify(algorithm)} gave on ${JSON.stringify(task.key)} are no scores of its model's graph.`,
  );
}

function twice(key: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `The task ${JSON.stringify(key)} is there twice. Give each a key of its own.`,
  );
}
