import type { PromptLoader, PromptPair } from "@autocircuit/core";
import { equalAnswersWarning } from "./equal-answers.ts";

/**
 * A warning about prompt pairs that say nothing: whose clean and corrupt prompts, or right and wrong answers, are the same, a line for each;
 * undefined where there is none.
 *
 * @param ablation what ablated edges take: resampled values of such a pair are those that are there already
 */
export function equalPairsWarning(loaders: readonly PromptLoader[], ablation: string): string | undefined {
  const pairs = loaders.flatMap(({ prompts }) => prompts);
  const lines = [equalPromptsWarning(pairs, ablation), equalAnswersWarning(pairs)].filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : lines.join("\n");
}

function equalPromptsWarning(pairs: readonly PromptPair[], ablation: string): string | undefined {
  const equal = pairs.filter(isEqual).length;
  if (equal === 0) return undefined;
  const all = equal === pairs.length;
  const count = all ? `all ${pairs.length} prompt pairs` : `${equal} of ${pairs.length} prompt pairs`;
  const consequence =
    ablation !== "resample"
      ? ""
      : all
        ? ": ablated edges take the values that they have already, so nothing can be found and no edge matters"
        : ": for these, ablated edges take the values that they have already, so they say nothing";
  return `warning: clean and corrupt are the same in ${count}${consequence}`;
}

function isEqual({ clean, corrupt }: PromptPair): boolean {
  return clean.length === corrupt.length && clean.every((id, position) => id === corrupt[position]);
}
