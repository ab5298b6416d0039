import type { PromptRecord } from "../data/prompt-file.ts";
import { libraryTasks } from "./library-tasks.ts";
import type { ReadyTask } from "./ready-task.ts";
import { textTasks } from "./text-tasks.ts";
import { tracrReverseTask } from "./tracr-reverse.ts";
import { tracrXproportionTask } from "./tracr-xproportion.ts";

/** The tasks of compiled models by name. */
export const tracrTasks: Readonly<Record<string, ReadyTask<PromptRecord>>> = byName([
  tracrReverseTask,
  tracrXproportionTask,
  ...libraryTasks,
]);

/**
 * The ready-made tasks by name.
 *
 * @example
 * await using task = await tasks["tracr-hist"].load({ byToken: true });
 * await using ioi = await tasks["ioi-component"].load({ model: "models/gpt2" });
 */
export const tasks: Readonly<Record<string, ReadyTask>> = { ...tracrTasks, ...byName(textTasks) };

function byName<T extends { name: string }>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.map((task) => [task.name, task]));
}
