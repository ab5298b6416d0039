import { latentOptions, ownTask, tasks as readyTasks } from "@autocircuit/circuits";
import type { LoadedTask } from "@autocircuit/core";
import { openDevice } from "@autocircuit/native";
import type { FileDigests } from "../plan/file-digests.ts";
import type { UnitSubject } from "../plan/unit.ts";

/**
 * Loads the model and prompts of units; the caller disposes them. Their files must be what they were when the plan was read, or results
 * would be kept under the hash of something else: one that was edited meanwhile is noticed before, or after it was read.
 *
 * @throws AutocircuitError as the task's loader does; `device`; `bad-file` for a file that changed since the plan was read
 */
export async function loadSubject(
  subject: UnitSubject,
  digests: FileDigests,
  signal?: AbortSignal,
): Promise<LoadedTask> {
  await digests.requireSame(subject.files);
  const loaded = await load(subject, signal);
  try {
    await digests.requireSame(subject.files);
    return loaded;
  } catch (error) {
    await loaded[Symbol.asyncDispose]();
    throw error;
  }
}

async function load(subject: UnitSubject, signal?: AbortSignal): Promise<LoadedTask> {
  const { task, seed, dtype = "float32", tf32 = false } = subject;
  const { name: device } = await openDevice(subject.device ?? "cpu");
  const how = { device, dtype, tf32, ...(signal && { signal }) };
  const { key, model, prompts, byToken = false, sharePrefix } = task;
  if (task.task !== undefined) {
    const { knownCircuit, positions } = task;
    return readyTasks[task.task]!.load({
      ...{ ...how, byToken, seed },
      ...(knownCircuit !== undefined && { knownCircuit }),
      ...(positions !== undefined && { positions }),
      ...(model !== undefined && { model }),
      ...(prompts !== undefined && { prompts: [prompts].flat() }),
      ...(sharePrefix !== undefined && { sharePrefix }),
      ...latentOptions(task),
    });
  }
  const { batchSize, batchCount, outputSlice, separateQkv, factorized, ungrouped, align } = task;
  return ownTask(model!, [prompts!].flat(), {
    ...{ ...how, key, name: key, batchSize, batchCount, byToken, separateQkv, factorized, ungrouped },
    ...{ outputSlice, sharePrefix, align, seed },
    ...latentOptions(task),
  });
}
