import {
  bytesPerPrompt,
  memoryBudgets,
  type PatchableModel,
  type PromptLoader,
  type PromptSlice,
  promptSlices,
} from "@autocircuit/core";

/** Prompts that are measured together in any case. */
const AT_LEAST = 8;

/** All prompts in small slices, in their order. */
export function measuredTogether(
  model: PatchableModel,
  prompts: PromptLoader,
  together?: number,
): readonly PromptSlice[] {
  return promptSlices(prompts, ({ seqLen }) => {
    const fitting = Math.floor(memoryBudgets.quickSlice / bytesPerPrompt(model, seqLen));
    return together ?? Math.max(AT_LEAST, fitting);
  });
}
