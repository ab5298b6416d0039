import { bytesPerPrompt, type PatchableModel, type PromptBatch, passBytes } from "@autocircuit/core";
import { openDevice } from "@autocircuit/native";

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

/** What runs for a circuit, with the sources' deltas twice, since output positions may have their own; its outputs are compared in pieces. */
function bytesPerCircuit(model: PatchableModel, { size, length }: PromptBatch): number {
  return size * (passBytes(model, length, 0) + bytesPerPrompt(model, length));
}
