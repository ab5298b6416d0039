import { LESS_THEIR_MEAN } from "@autocircuit/base";
import { type ProcessingOptions, processingOf } from "@autocircuit/models";
import { kebabOf } from "./flag-of.ts";
import { PROCESSING_STEPS } from "./names.ts";

/** How a model's weights were processed: the steps as `--processing` takes them, and what that means for its logits, in a line. */
export async function processingDone(
  folder: string,
  asked: ProcessingOptions | undefined,
): Promise<{ steps: readonly string[]; logits: readonly string[] }> {
  const done = await processingOf(folder, asked);
  return {
    steps: PROCESSING_STEPS.filter((step) => done[step]).map(kebabOf),
    logits: done.centerUnembed ? [`logits: ${LESS_THEIR_MEAN} (--processing none: as stored)`] : [],
  };
}
