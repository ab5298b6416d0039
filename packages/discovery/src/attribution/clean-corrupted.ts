import { type KindsOf, signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { type PathOptions, pathEnd, requireShared } from "./path-ends.ts";
import { scorePrompts, sumOf } from "./score-prompts.ts";

/** Options of {@link cleanCorrupted}. */
export type CleanCorruptedOptions = AttributionOptions & PathOptions;

const check = signature("cleanCorrupted", modelAndPrompts, {
  ...attributionOptions,
  pathEnd,
} satisfies KindsOf<CleanCorruptedOptions>);

/**
 * Edge attribution with the mean of the gradients at the clean and at the ablated embedding: the two ends of the line that EAP-IG
 * integrates over. `(z_u(corrupt) - z_u(clean)) . (dL/dx_v(clean) + dL/dx_v(corrupt)) / 2`. Source: the EAP-IG library (Hanna, Pezzelle
 * and Belinkov 2024, arXiv:2403.17806), "clean-corrupted".
 *
 * Cost: 2 forwards for the outputs, 2 forwards and 2 backwards.
 *
 * @throws AutocircuitError `not-finite`; `aborted`
 */
export async function cleanCorrupted(
  model: PatchableModel,
  prompts: PromptLoader,
  options: CleanCorruptedOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  requireShared(options.pathEnd);
  const ablation = options.pathEnd;
  return scorePrompts(model, prompts, options, { algorithm: "clean-corrupted" }, async (slice) => {
    const directions = await slice.difference();
    const sum = await sumOf(2, async (end) =>
      slice.gradient({ start: await slice.startAt(end, ablation), directions }),
    );
    return sum.div(2);
  });
}
