import { AutocircuitError } from "@autocircuit/base";
import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { elementBytes } from "@autocircuit/native";

/** Logits of circuits that are held at once: 128 MiB, unless those of a single circuit are more. */
const LOGITS_BYTES = 128 * 2 ** 20;

/** How many circuits are run together on all prompts: their logits are held until they are measured. At least one. */
export function circuitsAtOnce(
  { outputSlice, config, computeDtype }: PatchableModel,
  { batches, promptCount }: PromptLoader,
): number {
  const [batch] = batches;
  if (batch === undefined) throw new AutocircuitError("bad-input", "There are no prompts to run circuits on.");
  const positions = outputSlice === "none" || outputSlice === "not_first_seq" ? batch.length : 1;
  const bytes = promptCount * positions * config.dVocabOut * elementBytes(computeDtype);
  return Math.max(1, Math.floor(LOGITS_BYTES / bytes));
}
