import { AutocircuitError } from "@autocircuit/base";
import type { Ablation } from "@autocircuit/native";

/**
 * The first position at which an ablation has values that were made from tokens, one for each example or one for all.
 * Before it lie values of padding, or none.
 */
const covers = new WeakMap<Ablation, readonly number[]>();

/** Remembers it. Ablations that nothing is remembered of have values everywhere. */
export function setCover(ablation: Ablation, first: readonly number[]): Ablation {
  covers.set(ablation, first);
  return ablation;
}

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
  const first = covers.get(ablation);
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
