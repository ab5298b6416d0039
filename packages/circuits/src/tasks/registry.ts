import { libraryTasks } from "./library-tasks.ts";
import type { ReadyTask } from "./ready-task.ts";
import { tracrReverseTask } from "./tracr-reverse.ts";
import { tracrXproportionTask } from "./tracr-xproportion.ts";

/**
 * The ready-made tasks by name.
 *
 * @example
 * await using task = await tasks["tracr-hist"].load({ byToken: true });
 */
export const tasks: Readonly<Record<string, ReadyTask>> = Object.fromEntries(
  [tracrReverseTask, tracrXproportionTask, ...libraryTasks].map((task) => [task.name, task]),
);
