import { AutocircuitError } from "@autocircuit/base";
import type { Ablation } from "@autocircuit/native";

/**
 * Refuses to ablate tokens at positions where an ablation has no values.
 *
 * @param batch number of prompts
 * @param length positions, padded ones included
 * @param padding padded positions of each prompt
 * @throws AutocircuitError `bad-input` that names the prompt
 */
export function requireCover(
  ablation: Ablation,
  batch: number,
  length: number,
  padding: readonly number[] | undefined,
): void {
  const first = ablation.firstPositions;
  if (first === undefined || ablation.sources.shape[2] !== length) return;
  for (let row = 0; row < batch; row++) {
    const [begins, from] = [padding?.[row] ?? 0, first[row % first.length]!];
    if (begins >= from) continue;
    throw new AutocircuitError(
      "bad-input",
      `Prompt ${row} has ${length - begins} tokens, but the values that its ablated edges would take were made of ${length - from} only. ` +
        "Ablate with prompts that are at least as long.",
    );
  }
}
