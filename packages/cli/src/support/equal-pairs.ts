import { type AblationType, equalPairs, equalPairsProblem, type PromptLoader } from "@autocircuit/core";
import { UsageError } from "./usage-error.ts";

/**
 * The library's warnings about prompt pairs that say nothing.
 *
 * @throws UsageError where ablated edges take values of corrupt prompts and all of these are the clean ones: nothing would change
 */
export function equalPairsWarnings(loaders: readonly PromptLoader[], ablation: AblationType): readonly string[] {
  const pairs = loaders.flatMap(({ prompts }) => prompts);
  const problem = equalPairsProblem(pairs, { ablation, another: "another --ablation (zero)" });
  if (problem !== undefined) throw new UsageError(problem);
  return equalPairs(pairs, { ablation });
}
