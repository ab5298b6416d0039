import { readyTaskProblem } from "@autocircuit/circuits";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { findTask } from "../support/find-task.ts";
import { flagOf } from "../support/flag-of.ts";
import type { KeepingOptions } from "../support/kept-latents.ts";
import { requireLatentOptions } from "../support/require-latent-options.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";
import { ownSubject } from "./own-subject.ts";
import { readySubject } from "./ready-subject.ts";
import type { Subject } from "./subject.ts";

/** Options that a ready-made task decides itself. */
const OWN_ONLY = {
  outputSlice: "--output-slice",
  batchSize: "--batch-size",
  batchCount: "--batch-count",
  length: "--length",
  align: "--align",
  skipUnfit: "--skip-unfit",
  sharedQkv: "--shared-qkv",
  nodeEdges: "--node-edges",
  ungrouped: "--ungrouped",
  processing: "--processing",
} as const satisfies Partial<Record<keyof SubjectCommandOptions, string>>;

/**
 * What discovery is about: the task that was named, on its own prompts or those that were given, or a model and prompts of one's own.
 *
 * @throws UsageError when it is neither
 */
export function chooseSubject(
  taskName: string | undefined,
  options: SubjectCommandOptions & KeepingOptions & Pick<DeviceCommandOptions, "dtype">,
): Subject {
  const { model, prompts } = options;
  // Whether a task prunes by itself its loader knows, and looks at these once more.
  requireLatentOptions(options, taskName !== undefined);
  if (taskName === undefined) {
    if (model === undefined)
      throw new UsageError(
        `Say what it is about: a task (see autocircuit tasks), or --model FOLDER${prompts ? "" : " --prompts FILE"} for your own.`,
      );
    if (prompts === undefined)
      throw new UsageError(`--model ${model}: give prompts for it with --prompts FILE, or name a task to run on it.`);
    return ownSubject(model, prompts, options);
  }
  const task = findTask(taskName);
  const foreign = Object.entries(OWN_ONLY).find(([name]) => options[name as keyof typeof OWN_ONLY] !== undefined);
  if (foreign)
    throw new UsageError(
      `${taskName} decides itself what ${foreign[1]} says. It is for your own --model and --prompts.`,
    );
  if (!options.prependBos)
    throw new UsageError(
      `${taskName} decides itself what --no-prepend-bos says. It is for your own --model and --prompts.`,
    );
  const problem = readyTaskProblem(task, options, flagOf);
  if (problem !== undefined) throw new UsageError(problem);
  return readySubject(task, model, options);
}
