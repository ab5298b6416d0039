import type { LoadedTask, OutputSlice } from "@autocircuit/core";
import { loadedRun, type PlannedBatch } from "@autocircuit/discovery";
import { freeBeside, type PlannedRun, requireMemory } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import type { UsedDevice } from "../support/use-device.ts";
import type { PlannedLatents } from "./planned-latents.ts";
import type { SubjectOptions } from "./subject.ts";

/** Where and in what a run computes, and what is free there. */
type Used = Pick<UsedDevice, "how" | "freeBytes">;

/** A run whose memory is asked for, before its model is loaded. */
export interface AskedRun extends Omit<PlannedRun, "device" | "dtype" | "free" | "loaded"> {
  readonly config: TransformerConfig;
  /** Prompt pairs of all batches. */
  readonly promptCount?: number;
  readonly used: Used;
}

/** The batches of a run, as `runShape` takes them. */
export function plannedBatch(
  { batchSize: size, seqLen, promptCount, used }: Pick<AskedRun, "batchSize" | "seqLen" | "promptCount" | "used">,
  outputSlice: OutputSlice,
): PlannedBatch {
  const { device, dtype } = used.how;
  return { size, seqLen, promptCount, outputSlice, device, dtype, free: used.freeBytes };
}

/**
 * Says how much memory a run needs, before its model is loaded.
 *
 * @param free bytes; by default what the machine has free, or a container leaves of it, and on a GPU what is free there
 * @throws UsageError when there is not so much; the message says what to lower, and to what
 */
export function planNote({ config, used, promptCount: _, ...run }: AskedRun, free = used.freeBytes): string {
  const { device, dtype } = used.how;
  return noteOf(config, { ...run, device, dtype, free });
}

/**
 * Says what a run on a task that is loaded needs beside its model.
 *
 * @param planned what was foretold of the model's autoencoders
 * @throws UsageError as {@link planNote}
 */
export async function loadedNote(
  task: LoadedTask,
  shape: SubjectOptions["shape"],
  { used, planned, signal }: { used: Used; planned: PlannedLatents | undefined; signal: AbortSignal },
): Promise<string> {
  const { model } = task;
  const autoencoders = planned?.autoencoders;
  // On the CPU it can be asked for.
  const free = used.freeBytes === undefined ? undefined : freeBeside(model, { free: used.freeBytes, autoencoders });
  // As many circuits run at once as fit into what was free before the model was there.
  const shaped = (batch: PlannedBatch) => shape(task, { ...batch, free: used.freeBytes });
  return noteOf(model.config, await loadedRun(task, shaped, { free, signal }));
}

function noteOf(config: TransformerConfig, run: PlannedRun): string {
  return `memory: ${requireMemory(config, run).text}`;
}
