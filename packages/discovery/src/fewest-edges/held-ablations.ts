import { type AblationType, ablationBytes, availableMemory, dataSetSides, type PassWidths } from "@autocircuit/core";
import type { Device } from "@autocircuit/native";

/**
 * Ablations of all batches are held if they fit in here; otherwise each is made again whenever it is needed, which takes as long as
 * running a larger circuit. On the CPU an eighth of what is free, within bounds.
 */
const [leastHeld, mostHeld] = [256 * 2 ** 20, 2 ** 30];

/**
 * Bytes of the ablations that are held while circuits are judged on so many prompts, of so many positions each; 0 where they are made anew.
 *
 * @param free bytes, of the machine or on the GPU
 */
export function heldAblations(
  model: PassWidths & { readonly device: Device },
  type: AblationType,
  { prompts, length }: { readonly prompts: number; readonly length: number },
  free = availableMemory(),
): number {
  if (dataSetSides(type)) return 0;
  const room = model.device === "cpu" ? Math.max(leastHeld, Math.min(mostHeld, free / 8)) : leastHeld;
  const all = prompts * ablationBytes(model, length);
  return all <= room ? all : 0;
}
