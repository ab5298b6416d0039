import { readyTaskProblem } from "@autocircuit/circuits";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { findTask } from "../support/find-task.ts";
import { flagOf, isOnByDefault, noFlagOf } from "../support/flag-of.ts";
import { inFlagNames } from "../support/in-flags.ts";
import type { KeepingOptions } from "../support/kept-latents.ts";
import { requireLatentOptions } from "../support/require-latent-options.ts";
import type { SubjectCommandOptions } from "../support/subject-options.ts";
import { UsageError } from "../support/usage-error.ts";
import { ownSubject } from "./own-subject.ts";
import { readySubject } from "./ready-subject.ts";
import type { Subject } from "./subject.ts";

/** Which options a ready-made task decides itself. */
const DECIDED_BY_TASK: Readonly<Record<keyof SubjectCommandOptions, boolean>> = {
  ...{ outputSlice: true, batchSize: true, batchCount: true, seqLen: true, align: true, skipUnfit: false },
  ...{ factorized: true, separateQkv: true, ungrouped: true, processing: true, prependBos: true },
  ...{ model: false, prompts: false, autoencoders: false, autoencoderScale: false, partialAutoencoders: false },
  ...{ autoencoderErrors: false, pruneLatents: false, maxLatents: false, pruneWithCorrupt: false, keepLatents: false },
};

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
  const decided = (Object.keys(DECIDED_BY_TASK) as (keyof SubjectCommandOptions)[]).find(
    (name) => DECIDED_BY_TASK[name] && options[name] !== (isOnByDefault(name) ? true : undefined),
  );
  if (decided !== undefined) {
    const flag = isOnByDefault(decided) ? noFlagOf(decided) : flagOf(decided);
    throw new UsageError(
      `${taskName} decides itself what ${flag} says. It is for your own --model and --prompts, without the name of a task.`,
    );
  }
  const problem = readyTaskProblem(task, options);
  if (problem !== undefined) throw new UsageError(inFlagNames(problem));
  return readySubject(task, model, options);
}
