import { USUAL_SEED } from "@autocircuit/base";
import type { LoadedTask, PruneScores } from "@autocircuit/core";
import { type AlgorithmName, ablationFor, algorithms, fittingOptions } from "@autocircuit/discovery";

/** A method of a table, with the options that it is run with. */
export interface TabledMethod {
  readonly algorithm: AlgorithmName;
  readonly options?: Readonly<Record<string, unknown>>;
  /** What the table calls it. */
  readonly name?: string;
}

/** What a method is run on. */
export type MethodTask = Pick<LoadedTask, "key" | "model" | "train" | "test" | "knownEdges">;

/** How a method is run. */
export interface RunMethodOptions {
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What a method found. */
export interface MethodRun {
  readonly scores: PruneScores;
  /** Scores of each prompt alone; null from methods that have none. */
  readonly perPrompt: readonly Float32Array[] | null;
  /** Processor time of all threads, which a busy machine lengthens less than that on the wall. */
  readonly processorSeconds: number;
}

/** Runs a method on a task's prompts to discover with, with defaults that suit it. */
export async function runMethod(
  task: MethodTask,
  { algorithm, options = {} }: TabledMethod,
  { seed = USUAL_SEED, signal }: RunMethodOptions = {},
): Promise<MethodRun> {
  const { discover, ...named } = algorithms[algorithm];
  const fitting = fittingOptions(algorithm, task, { options: options, ablation: ablationFor(algorithm, options) });
  const rows: Float32Array[] = [];
  const perPrompt = "perPrompt" in named;
  const asked = { ...fitting, signal, ...("seed" in fitting || algorithm === "random" ? { seed } : {}) };
  const before = process.cpuUsage();
  const scores = await discover(task.model, task.train, {
    ...asked,
    ...(perPrompt && { onPrompt: (row: Float32Array) => rows.push(row) }),
  } as never);
  const { user, system } = process.cpuUsage(before);
  return { scores, perPrompt: perPrompt ? rows : null, processorSeconds: (user + system) / 1e6 };
}
