import { type KindsOf, signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { type PathOptions, pathEnd, requireShared } from "./path-ends.ts";
import { scorePrompts, sumOf } from "./score-prompts.ts";
import { pathSteps, usualSteps } from "./steps.ts";

/** Options of {@link eapIgInputs}. */
export interface EapIgInputsOptions extends AttributionOptions, PathOptions {
  /** Points between the ablated and the clean embedding. Default 5. */
  readonly steps?: number | undefined;
}

const check = signature("eapIgInputs", modelAndPrompts, {
  ...attributionOptions,
  steps: pathSteps,
  pathEnd,
} satisfies KindsOf<EapIgInputsOptions>);

/**
 * Edge attribution with gradients integrated over the input (EAP-IG, Hanna, Pezzelle and Belinkov 2024, "Have Faith in Faithfulness",
 * arXiv:2403.17806): with e_k = corrupt + (k/m) (clean - corrupt) the embedding, an edge u -> v scores
 * `1/m sum_{k=0}^{m-1} (z_u(corrupt) - z_u(clean)) . dL/dx_v(e_k)`, summed over positions and batches. The clean point itself is not used.
 *
 * Cost: 2 forwards for the outputs, and for each step a forward and a backward.
 *
 * @throws AutocircuitError `bad-input` for steps 0; `not-finite`; `aborted`
 *
 * @example
 * const scores = await eapIgInputs(task.model, task.train, { steps: 5 });
 */
export async function eapIgInputs(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EapIgInputsOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { steps = usualSteps } = options;
  requireShared(options.pathEnd);
  const ablation = options.pathEnd;
  return scorePrompts(model, prompts, options, { algorithm: "eap-ig-inputs", options: { steps } }, async (slice) => {
    const directions = await slice.difference();
    const sum = await sumOf(steps, async (k) =>
      slice.gradient({ start: await slice.startAt(1 - k / steps, ablation), directions }),
    );
    return sum.div(steps);
  });
}
