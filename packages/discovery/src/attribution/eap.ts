import { signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { scorePrompts } from "./score-prompts.ts";

const check = signature("eap", modelAndPrompts, attributionOptions);

/**
 * Edge attribution patching (EAP; Syed, Rager and Conmy 2023, arXiv:2310.10348), `(z_u(corrupt) - z_u(clean)) . dL/dx_v(clean)`: the algorithm
 * `edge-attribution`, so the numbers of `edgeAttribution`, with the choices of loss, the scores of single prompts and the given ablations of the algorithms beside it.
 *
 * Cost: 2 forwards and a backward.
 *
 * @throws AutocircuitError `bad-input` for the loss "kl_div", whose gradient is zero at the clean run; `not-finite`; `aborted`
 */
export async function eap(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AttributionOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  return scorePrompts(model, prompts, options, { algorithm: "edge-attribution", cleanOnly: true }, (slice) =>
    slice.gradient({}),
  );
}
