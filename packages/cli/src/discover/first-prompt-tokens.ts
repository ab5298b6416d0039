import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { TextTokenizer } from "@autocircuit/models";

/** The tokens of the first prompt, as labels for positions; undefined where the model has no tokenizer. */
export function firstPromptTokens(
  { batches }: PromptLoader,
  { tokenizer }: PatchableModel,
): readonly string[] | undefined {
  const first = batches[0]?.prompts[0];
  if (!first || !(tokenizer instanceof TextTokenizer)) return undefined;
  return first.clean.map((id) => tokenizer.token(id) ?? `token ${id}`);
}
