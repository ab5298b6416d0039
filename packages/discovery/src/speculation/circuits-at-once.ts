import { bytesPerPrompt, type PatchableModel, type PromptBatch } from "@autocircuit/core";
import { elementBytes, openDevice } from "@autocircuit/native";

/** On the CPU more circuits than these at once bring nothing. */
const onCpu = 8;
/** Guesses for more edges than these seldom hold. */
const onDevice = 64;
/** Where a GPU does not say how much memory it has. */
const usualBytes = 4 * 2 ** 30;

/**
 * How many circuits to run at once: as many as a GPU's memory takes, a power of two; a fixed few on the CPU.
 */
export async function circuitsAtOnce(model: PatchableModel, batch: PromptBatch): Promise<number> {
  const { device } = model;
  if (device === "cpu") return onCpu;
  const { facts } = await openDevice(device);
  const available = (facts?.freeBytes || usualBytes) / 2;
  const fitting = Math.floor(available / bytesPerCircuit(model, batch));
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(onDevice, fitting))));
}

/** Deltas of all sources, twice where the output positions have their own, and the inputs of one layer's heads. */
function bytesPerCircuit(model: PatchableModel, { size, length }: PromptBatch): number {
  const { heads, dModel, dMlp = 0 } = model.config;
  const layer = length * (4 * heads * dModel + 3 * dMlp) * elementBytes(model.computeDtype);
  return size * (2 * bytesPerPrompt(model, length) + layer);
}
