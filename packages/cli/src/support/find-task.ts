import { suggest } from "@autocircuit/base";
import { type ReadyTask, readyTask, tasks } from "@autocircuit/circuits";
import { UsageError } from "./usage-error.ts";

/** A ready-made task by its name or key. @throws UsageError with near names when there is none */
export function findTask(name: string): ReadyTask {
  const task = readyTask(name);
  if (task) return task;
  throw new UsageError(`There is no task "${name}". ${suggest(name, Object.keys(tasks))}`);
}
