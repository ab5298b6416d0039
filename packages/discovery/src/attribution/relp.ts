import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { scorePrompts } from "./score-prompts.ts";

/** Options of {@link relp}: what the backward pass holds constant. */
export interface RelpOptions extends AttributionOptions {
  /** The denominators of the norms (LN-rule). Default true. */
  readonly norms?: boolean | undefined;
  /** `act(x) / x` (identity rule). Default true. */
  readonly activations?: boolean | undefined;
  /** Half of a gated MLP's product (half rule). Default true. */
  readonly gates?: boolean | undefined;
  /** The attention patterns (AH-rule): edges into queries and keys then score 0. Default false. */
  readonly attention?: boolean | undefined;
}

const check = signature("relp", modelAndPrompts, {
  ...attributionOptions,
  norms: kind.flag,
  activations: kind.flag,
  gates: kind.flag,
  attention: kind.flag,
} satisfies KindsOf<RelpOptions>);

/**
 * Relevance patching (RelP; Rezaei Jafari et al. 2025, arXiv:2508.21258): edge attribution `(z_u(corrupt) - z_u(clean)) . g_v` with, in the
 * place of gradients, what a backward pass gives that holds parts of the network constant as layer-wise relevance propagation does:
 *
 * - norms: the denominator; the mean is not,
 * - activations: `act(x) = x * const(act(x) / x)`,
 * - gates: `act(a) * b` passes on half of its gradient to each factor,
 * - attention: the pattern.
 *
 * On a linear model it equals EAP. Cost: 2 forwards and a backward, as EAP.
 *
 * @throws AutocircuitError `not-finite`; `aborted`
 */
export async function relp(
  model: PatchableModel,
  prompts: PromptLoader,
  options: RelpOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { norms = true, activations = true, gates = true, attention = false } = options;
  const rules = { norms, activations, gates, attention };
  const info = { algorithm: "relp", options: rules, cleanOnly: true };
  return scorePrompts(model, prompts, options, info, (slice) => slice.gradient({ rules }));
}
