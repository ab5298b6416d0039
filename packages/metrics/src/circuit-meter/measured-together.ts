import {
  bytesPerPrompt,
  type PatchableModel,
  type PromptLoader,
  type PromptSlice,
  promptSlices,
} from "@autocircuit/core";

/** What the outputs of all sources may take for prompts that are measured together: little, so that times are known soon. */
const TOGETHER_BYTES = 16 * 2 ** 20;
/** Prompts that are measured together in any case. */
const AT_LEAST = 8;

/** All prompts in small groups, in their order. */
export function measuredTogether(
  model: PatchableModel,
  prompts: PromptLoader,
  together?: number,
): readonly PromptSlice[] {
  return promptSlices(prompts, ({ length }) => {
    const fitting = Math.floor(TOGETHER_BYTES / bytesPerPrompt(model, length));
    return together ?? Math.max(AT_LEAST, fitting);
  });
}
