import { suggest } from "@autocircuit/base";
import { type ReadyTask, tasks } from "@autocircuit/circuits";
import { UsageError } from "./usage-error.ts";

/** A ready-made task by name. @throws UsageError with near names when there is none */
export function findTask(name: string): ReadyTask {
  const task = tasks[name];
  if (task) return task;
  throw new UsageError(`There is no task "${name}". ${suggest(name, Object.keys(tasks))}`);
}

/** @throws UsageError when a model was named for a task that compiles its own; all others are run on one that is brought */
export function requireOwnModel(taskName: string, model: string | undefined, advice: string): void {
  if (model !== undefined && taskName.startsWith("tracr-"))
    throw new UsageError(`${taskName} has its own model. ${advice}`);
}
