import { LESS_THEIR_MEAN } from "@autocircuit/base";
import type { PatchableModel } from "@autocircuit/core";
import { kebabOf } from "./flag-of.ts";

/** How a model's weights were processed: the steps as `--processing` takes them, and what that means for its logits, in a line. */
export function processingDone({ processing, centeredLogits }: PatchableModel): {
  steps: readonly string[];
  logits: readonly string[];
} {
  const steps = processing?.steps ?? [];
  return {
    steps: steps.map(kebabOf),
    logits: centeredLogits ? [`logits: ${LESS_THEIR_MEAN} (--processing none: as stored)`] : [],
  };
}
