import { findTask, requireOwnModel } from "../support/find-task.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverCommandOptions } from "./options.ts";
import { ownSubject } from "./own-subject.ts";
import { readySubject } from "./ready-subject.ts";
import type { Subject } from "./subject.ts";

/** Options that a ready-made task decides itself. */
const OWN_ONLY = {
  outputSlice: "--output-slice",
  batchSize: "--batch-size",
  batches: "--batches",
  length: "--length",
  align: "--align",
  skipUnfit: "--skip-unfit",
  sharedQkv: "--shared-qkv",
  nodeEdges: "--node-edges",
  ungrouped: "--ungrouped",
  processing: "--processing",
} as const satisfies Partial<Record<keyof DiscoverCommandOptions, string>>;

/**
 * What discovery is about: the task that was named, or the model and prompts that were given.
 *
 * @throws UsageError when it is neither or both
 */
export function chooseSubject(taskName: string | undefined, options: DiscoverCommandOptions): Subject {
  const { model, prompts } = options;
  if (taskName === undefined) {
    if (model === undefined)
      throw new UsageError(
        `Say what to discover: a task (see autocircuit tasks), or --model FOLDER${prompts ? "" : " --prompts FILE"} for your own.`,
      );
    if (prompts === undefined)
      throw new UsageError(`--model ${model}: give prompts for it with --prompts FILE, or name a task to run on it.`);
    return ownSubject(model, prompts, options);
  }
  const task = findTask(taskName);
  if (prompts !== undefined)
    throw new UsageError(
      `${taskName} has its own prompts. Leave the task out to use --prompts, or --prompts to use the task.`,
    );
  const foreign = Object.entries(OWN_ONLY).find(([name]) => options[name as keyof typeof OWN_ONLY] !== undefined);
  if (foreign)
    throw new UsageError(
      `${taskName} decides itself what ${foreign[1]} says. It is for your own --model and --prompts.`,
    );
  if (!options.prependBos)
    throw new UsageError(
      `${taskName} decides itself what --no-prepend-bos says. It is for your own --model and --prompts.`,
    );
  requireOwnModel(taskName, model, "Leave --model out, or the task to use --model with --prompts.");
  return readySubject(task, model, options);
}
