import { type AblationType, equalPairs, type PromptLoader, type PromptPair } from "@autocircuit/core";
import { UsageError } from "./usage-error.ts";

/**
 * The library's warnings about prompt pairs that say nothing, in one text; undefined where there are none.
 *
 * @throws UsageError where ablated edges take values of corrupt prompts and all of these are the clean ones: nothing would change
 */
export function equalPairsWarning(loaders: readonly PromptLoader[], ablation: AblationType): string | undefined {
  const pairs = loaders.flatMap(({ prompts }) => prompts);
  if (ablation === "resample" && pairs.length > 0 && pairs.every(isSame))
    throw new UsageError(
      `Clean and corrupt are the same in all ${pairs.length} prompt pairs, from ${firstPlace(pairs)} on: ablated edges would take the ` +
        "values that they have already. Give corrupt prompts that differ, or another --ablation (zero).",
    );
  const lines = equalPairs(pairs, { ablation });
  return lines.length === 0 ? undefined : lines.join("\n");
}

function isSame({ clean, corrupt }: PromptPair): boolean {
  return clean.length === corrupt.length && clean.every((id, position) => id === corrupt[position]);
}

/** Where the first of them stands in its file; loaders have them in another order. */
function firstPlace(pairs: readonly PromptPair[]): string {
  const places = pairs.map(({ where }, place) => where ?? `prompt ${place}`);
  return places.sort((a, b) => a.localeCompare(b, "en", { numeric: true }))[0]!;
}
