import {
  type AblationType,
  ablationBytes,
  availableMemory,
  dataSetSides,
  memoryBudgets,
  memoryShares,
  type PassWidths,
} from "@autocircuit/core";
import type { Device } from "@autocircuit/native";

/**
 * Bytes of the ablations that are held while circuits are judged on so many prompts, of so many positions each; 0 where they are made anew.
 *
 * @param free bytes, of the machine or on the GPU
 */
export function heldAblations(
  model: PassWidths & { readonly device: Device },
  type: AblationType,
  { promptCount, seqLen }: { readonly promptCount: number; readonly seqLen: number },
  free = availableMemory(),
): number {
  if (dataSetSides(type)) return 0;
  // Otherwise each is made again whenever it is needed, which takes as long as running a larger circuit.
  const { least, most } = memoryBudgets.heldAblations;
  const room = model.device === "cpu" ? Math.max(least, Math.min(most, memoryShares.heldAblations * free)) : least;
  const all = promptCount * ablationBytes(model, seqLen);
  return all <= room ? all : 0;
}
