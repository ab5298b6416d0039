import {
  bytesPerPrompt,
  type PatchableModel,
  type PromptBatch,
  passBytes,
  promptsAtOnce,
  usualSliceBytes,
} from "@autocircuit/core";
import { openDevice } from "@autocircuit/native";

/** On the CPU more circuits than these at once bring nothing. */
const onCpu = 8;
/** Guesses for more edges than these seldom hold. */
const onDevice = 64;
/** Where a GPU does not say how much memory it has. */
const usualBytes = 4 * 2 ** 30;

/**
 * How many circuits to run at once: as many as a GPU's memory takes, a power of two; a few on the CPU, fewer where a model was told to run
 * less at once than usual (`sliceBytes`) and they do not fit into it.
 */
export async function circuitsAtOnce(model: PatchableModel, batch: PromptBatch): Promise<number> {
  const { device } = model;
  if (device === "cpu") return model.sliceBytes < usualSliceBytes(device) ? inSlices(model, batch) : onCpu;
  const { facts } = await openDevice(device);
  const available = (facts?.freeBytes || usualBytes) / 2;
  const fitting = Math.floor(available / bytesPerCircuit(model, batch));
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(onDevice, fitting))));
}

/** A pass without gradients of twice as many prompts takes no longer than one with them. */
const withoutGradients = 2;

/** As many as keep a pass with them as short as `sliceBytes` keeps those with gradients. */
function inSlices(model: PatchableModel, { size, length }: PromptBatch): number {
  const prompts = Math.min(size, promptsAtOnce(model, length));
  const rows = (withoutGradients * model.sliceBytes) / bytesPerPrompt(model, length);
  return Math.max(1, Math.min(onCpu, Math.floor(rows / prompts)));
}

/** What runs for a circuit, with the sources' deltas twice, since output positions may have their own; its outputs are compared in pieces. */
function bytesPerCircuit(model: PatchableModel, { size, length }: PromptBatch): number {
  return size * (passBytes(model, length, 0) + bytesPerPrompt(model, length));
}
