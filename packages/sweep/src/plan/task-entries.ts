import { AutocircuitError, suggest } from "@autocircuit/base";
import { circuitNamed, latentsProblem, readyTaskProblem, tasks as readyTasks } from "@autocircuit/circuits";
import { graphKindProblem } from "@autocircuit/core";
import type { ComputeDType } from "@autocircuit/native";
import { requireOwnKeys } from "./algorithm-entries.ts";
import type { SweepTask } from "./plan.ts";

/** A task of a plan. */
export interface TaskEntry extends SweepTask {
  readonly key: string;
}

/** What only a model with prompts of one's own takes, and what only a ready-made task does. */
const OWN = ["batchSize", "batchCount", "outputSlice", "separateQkv", "factorized", "ungrouped", "align"] as const;
const READY = ["knownCircuit", "positions"] as const;

/**
 * The tasks of a plan.
 *
 * @param dtype what the plan computes in
 * @throws AutocircuitError `unknown-name` with near names; `bad-input` for what does not go together, and two of one key
 */
export function taskEntries(asked: readonly (string | SweepTask)[], dtype: ComputeDType = "float32"): TaskEntry[] {
  const entries = asked.map((one): TaskEntry => {
    const task = typeof one === "string" ? { task: one } : one;
    const entry = task.task === undefined ? own(task) : ready(task, task.task);
    const problem = latentsProblem({ ...task, dtype }, task.task !== undefined) ?? graphKindProblem(task);
    if (problem !== undefined) throw new AutocircuitError("bad-input", `${inPlan(entry.key)}: ${problem}`);
    return entry;
  });
  requireOwnKeys("task", entries);
  return entries;
}

function ready(task: SweepTask, name: string): TaskEntry {
  if (!Object.hasOwn(readyTasks, name)) {
    throw new AutocircuitError(
      "unknown-name",
      `There is no task ${JSON.stringify(name.slice(0, 60))}. ${suggest(name.slice(0, 60), Object.keys(readyTasks))}`,
    );
  }
  const ready = readyTasks[name]!;
  const problem = readyTaskProblem(ready, task);
  if (problem !== undefined) throw new AutocircuitError("bad-input", `The plan: ${problem}`);
  if (!ready.compiled && task.model === undefined)
    throw wrong(name, "`model` must say which model to run it on, a folder or a name on the hub");
  const foreign = OWN.find((option) => task[option] !== undefined);
  if (foreign) throw wrong(name, `it decides itself what \`${foreign}\` says; that is for a model with prompts`);
  circuitNamed(ready, { knownCircuit: task.knownCircuit });
  return { ...task, key: task.key ?? name };
}

function own(task: SweepTask): TaskEntry {
  const { key, model, prompts, batchSize, batchCount } = task;
  if (model === undefined || prompts === undefined)
    throw wrong(key ?? "without a name", "give `task`, the name of a ready-made one, or `model` and `prompts`");
  if (key === undefined) throw wrong(model, "give it a `key`, by which results call it");
  if (batchSize === undefined || batchCount === undefined)
    throw wrong(key, "`batchSize` and `batchCount` must say how many prompts to discover with and to measure on");
  const foreign = READY.find((option) => task[option] !== undefined);
  if (foreign) throw wrong(key, `\`${foreign}\` is for ready-made tasks`);
  return { ...task, key };
}

function wrong(name: string, problem: string): AutocircuitError {
  return new AutocircuitError("bad-input", `${inPlan(name)}: ${problem}.`);
}

function inPlan(name: string): string {
  return `The task ${JSON.stringify(name)} of the plan`;
}
