import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import type { AttributionOptions } from "./attribution-options.ts";
import { scorePrompts } from "./score-prompts.ts";

/**
 * The scores of `edgeAttribution`, `(z_u(corrupt) - z_u(clean)) . dL/dx_v(clean)`, made as those of the algorithms beside it: with the choices of
 * loss, the scores of single prompts and the given ablations. Cost: 2 forwards and a backward.
 */
export async function cleanRunScores(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AttributionOptions = {},
): Promise<PruneScores> {
  return scorePrompts(model, prompts, options, { algorithm: "edge-attribution", cleanOnly: true }, (slice) =>
    slice.gradient({}),
  );
}
