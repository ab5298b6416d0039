import { AutocircuitError, kind } from "@autocircuit/base";
import type { Graph, LoadedTask } from "@autocircuit/core";

/** A task that is loaded, or a function that loads it when it is needed; what it loads is freed behind each of its algorithms. */
export type ExperimentSubject = LoadedTask | (() => Promise<LoadedTask>);

/** What {@link ExperimentSubject} may be. */
export const experimentSubject = kind.either(
  kind.having("a loaded task", "key", "model", "train", "test"),
  kind.callback,
);

/** What is recorded of a task, so that results say what they belong to. */
export interface ExperimentTask {
  readonly key: string;
  readonly name: string;
  readonly graph: Graph["config"];
  readonly edgeCount: number;
  /** Numbers of the known circuit's edges; null where none is known. */
  readonly knownEdges: readonly number[] | null;
  /** What the model computes in. */
  readonly dtype: string;
  /** The keys of the batches of prompts, which change with any of their tokens. */
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** The first numbers that the model gives for the first test prompt: they tell other weights. */
  readonly outputs: readonly number[];
}

/** How many outputs are recorded. */
const OUTPUTS = 8;

/** What is recorded of a task. Runs the model on the first batch of test prompts. */
export async function recordOf(task: LoadedTask, signal: AbortSignal | undefined): Promise<ExperimentTask> {
  const { key, name, model, train, test, knownEdges } = task;
  const [batch] = test.batches;
  if (batch === undefined || train.length === 0)
    throw new AutocircuitError("bad-input", `The task ${JSON.stringify(key)} has no prompts to train or to test with.`);
  using logits = await model.forward(batch.clean, signal && { signal });
  const outputs = Array.from((await logits.data()).slice(0, OUTPUTS), Number);
  return {
    ...{ key, name, graph: model.graph.config, edgeCount: model.graph.edgeCount },
    knownEdges: knownEdges?.map(({ index }) => index) ?? null,
    dtype: model.computeDtype,
    train: train.batches.map((one) => one.key),
    test: test.batches.map((one) => one.key),
    outputs,
  };
}

/**
 * Checks that results go on with the task that they began with.
 *
 * @throws AutocircuitError `bad-input` naming what differs
 */
export function requireSameTask(before: ExperimentTask, now: ExperimentTask): void {
  const words = {
    ...{ graph: "its graph", knownEdges: "its known circuit", dtype: "what it computes in" },
    ...{ train: "its training prompts", test: "its test prompts" },
  };
  const other = Object.entries(words).flatMap(([name, word]) => {
    const key = name as keyof typeof words;
    return JSON.stringify(before[key]) === JSON.stringify(now[key]) ? [] : [word];
  });
  if (!alike(before.outputs, now.outputs, now.dtype)) other.push("what its model gives for the first test prompt");
  if (other.length === 0) return;
  throw new AutocircuitError(
    "bad-input",
    `The task ${JSON.stringify(now.key)} is not the one that these results are of: ${other.join(", ")} changed. ` +
      "Give the same task, or start anew in another folder.",
  );
}

/** Equal up to rounding, which other processors do differently. */
function alike(before: readonly number[], now: readonly number[], dtype: string): boolean {
  const share = dtype === "float32" || dtype === "float64" ? 1e-3 : 3e-2;
  const largest = Math.max(...before.map(Math.abs), ...now.map(Math.abs));
  return (
    before.length === now.length &&
    before.every((value, place) => Math.abs(value - now[place]!) <= share * (Math.abs(value) + 0.1 * largest) + 1e-6)
  );
}

/** Calls back with a task, which is freed then if it was loaded for this. */
export async function withTask<T>(subject: ExperimentSubject, use: (task: LoadedTask) => Promise<T>): Promise<T> {
  if (typeof subject !== "function") return use(subject);
  await using task = await subject();
  return await use(task);
}
