import { type AblationType, equalPairs, type PromptLoader } from "@autocircuit/core";

/** The library's warnings about prompt pairs that say nothing, in one text; undefined where there are none. */
export function equalPairsWarning(loaders: readonly PromptLoader[], ablation: AblationType): string | undefined {
  const lines = equalPairs(
    loaders.flatMap(({ prompts }) => prompts),
    { ablation },
  );
  return lines.length === 0 ? undefined : lines.join("\n");
}
