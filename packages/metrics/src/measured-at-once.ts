import { AutocircuitError } from "@autocircuit/base";
import { logitBytes, memoryBudgets, type PatchableModel, type PromptLoader, slicedCount } from "@autocircuit/core";

/**
 * How many circuits are run together on all prompts: their logits are held until they are measured, up to a bound unless those of a single
 * circuit are more. At least one.
 */
export function measuredAtOnce(
  model: Pick<PatchableModel, "outputSlice" | "config" | "computeDtype">,
  { batches, promptCount }: PromptLoader,
): number {
  const [batch] = batches;
  if (batch === undefined) throw new AutocircuitError("bad-input", "There are no prompts to run circuits on.");
  const bytes = promptCount * logitBytes(model, slicedCount(model.outputSlice, batch.seqLen));
  return Math.max(1, Math.floor(memoryBudgets.heldLogits / bytes));
}
