import {
  answeringCircuitBytes,
  availableMemory,
  bytesPerPrompt,
  comparedCircuitBytes,
  memoryBudgets,
  memoryShares,
  type PassWidths,
  type PatchableModel,
  type PromptBatch,
  type PromptSizes,
  promptsAtOnce,
  type SizedModel,
  usualSliceBytes,
} from "@autocircuit/core";
import { type Device, openDevice } from "@autocircuit/native";

/** On the CPU more circuits than these at once bring nothing. */
const onCpu = 8;
/** Guesses for more edges than these seldom hold. */
const onDevice = 64;

/** A model by what decides how many circuits of it run at once. */
export type ModelAtOnce = PassWidths & Pick<SizedModel, "sliceBytes"> & { readonly device: Device };

/**
 * How many circuits to run at once: as many as a GPU's memory takes, a power of two; a few on the CPU, fewer where a model was told to run
 * less at once than usual (`sliceBytes`) and they do not fit into it.
 *
 * @param free bytes on a GPU
 */
export function circuitsFitting(model: ModelAtOnce, batch: PromptSizes, free = memoryBudgets.unknownDevice): number {
  const { device } = model;
  if (device === "cpu") return model.sliceBytes < usualSliceBytes(device) ? inSlices(model, batch) : onCpu;
  const fitting = Math.floor((memoryShares.comparedCircuits * free) / comparedCircuitBytes(model, batch));
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(onDevice, fitting))));
}

/** The same for a model that is loaded, by what its device has free. */
export async function circuitsAtOnce(model: PatchableModel, batch: PromptBatch): Promise<number> {
  return circuitsFitting(model, batch, await freeBytes(model.device));
}

/** Most circuits whose answers are counted together. */
const mostAnswering = 32;

/**
 * How many circuits to run at once where only their answers are counted: as many as take at most half a GiB, and a quarter of what is free.
 *
 * @param outputs positions of each prompt that are answered
 * @param free bytes, of the machine or on the GPU
 */
export function answeringAtOnce(
  model: Omit<ModelAtOnce, "sliceBytes">,
  batch: PromptSizes,
  outputs: number,
  free = model.device === "cpu" ? availableMemory() : memoryBudgets.unknownDevice,
): number {
  const one = answeringCircuitBytes(model, batch, outputs);
  const fitting = Math.floor(Math.min(memoryBudgets.answering, memoryShares.answering * free) / one);
  return Math.max(1, Math.min(mostAnswering, fitting));
}

/** What a GPU has free, in bytes; undefined where it does not say, and on the CPU. */
export async function freeBytes(device: Device): Promise<number | undefined> {
  if (device === "cpu") return undefined;
  const { facts } = await openDevice(device);
  return facts?.freeBytes || undefined;
}

/** A pass without gradients of twice as many prompts takes no longer than one with them. */
const withoutGradients = 2;

/** As many as keep a pass with them as short as `sliceBytes` keeps those with gradients. */
function inSlices(model: ModelAtOnce, { size, seqLen }: PromptSizes): number {
  const promptCount = Math.min(size, promptsAtOnce(model, seqLen));
  const rows = (withoutGradients * model.sliceBytes) / bytesPerPrompt(model, seqLen);
  return Math.max(1, Math.min(onCpu, Math.floor(rows / promptCount)));
}
