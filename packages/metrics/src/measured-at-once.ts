import { AutocircuitError } from "@autocircuit/base";
import { logitBytes, type PatchableModel, type PromptLoader, slicedCount } from "@autocircuit/core";

/** Logits of circuits that are held at once: 128 MiB, unless those of a single circuit are more. */
const LOGITS_BYTES = 128 * 2 ** 20;

/** How many circuits are run together on all prompts: their logits are held until they are measured. At least one. */
export function measuredAtOnce(
  model: Pick<PatchableModel, "outputSlice" | "config" | "computeDtype">,
  { batches, promptCount }: PromptLoader,
): number {
  const [batch] = batches;
  if (batch === undefined) throw new AutocircuitError("bad-input", "There are no prompts to run circuits on.");
  const bytes = promptCount * logitBytes(model, slicedCount(model.outputSlice, batch.length));
  return Math.max(1, Math.floor(LOGITS_BYTES / bytes));
}
