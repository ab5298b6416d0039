import { suggest } from "@autocircuit/base";
import { type ReadyTask, tasks } from "@autocircuit/circuits";
import { UsageError } from "./usage-error.ts";

/** A ready-made task by name. @throws UsageError with near names when there is none */
export function findTask(name: string): ReadyTask {
  const task = tasks[name];
  if (task) return task;
  throw new UsageError(`There is no task "${name}". ${suggest(name, Object.keys(tasks))}`);
}
