import { AutocircuitError, type KindsOf, signature } from "@autocircuit/base";
import { coreKinds, type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { type AttributionOptions, attributionOptions } from "./attribution/attribution-options.ts";
import { cleanRunScores } from "./attribution/clean-run-scores.ts";
import { modelAndPrompts } from "./discovery-options.ts";
import { type MaskGradientOptions, maskGradient } from "./mask-gradient.ts";

/** Options of {@link edgeAttribution}. The loss `"kl-div"` has no gradient at the clean run, and is refused. */
export interface EdgeAttributionOptions extends AttributionOptions {
  /** As of {@link maskGradient}; not with another loss than the answers', `onPrompt`, or given values as the ablation. */
  readonly ablateFrom?: MaskGradientOptions["ablateFrom"];
}

const check = signature("edgeAttribution", modelAndPrompts, {
  ...attributionOptions,
  ablateFrom: coreKinds.promptSide,
} satisfies KindsOf<EdgeAttributionOptions>);

/**
 * Edge attribution patching, EAP (Syed, Rager and Conmy 2023, arXiv:2310.10348, section 3): an edge's score is
 * `sum (corrupt - clean source output) * d loss / d destination input` at the clean run, the first-order effect of ablating it. The same numbers
 * as {@link maskGradient} at mask 0, one forward and one backward pass a batch.
 *
 * @throws AutocircuitError `bad-input` for the loss `"kl-div"`, whose gradient is zero at the clean run, and for `ablateFrom` with what it does
 *   not go with; `not-finite`; `aborted`
 */
export async function edgeAttribution(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EdgeAttributionOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { loss = "answers", ablation, onPrompt, ablateFrom, ...shared } = options;
  if (loss === "answers" && onPrompt === undefined && (ablation === undefined || typeof ablation === "string")) {
    const how = { ...shared, ablation, ablateFrom, maskValue: 0 };
    const { graph, values, info } = await maskGradient(model, prompts, how);
    const { maskValue: _, ...used } = info.options!;
    return new PruneScores(graph, values, { ...info, algorithm: "edge-attribution", options: used });
  }
  if (ablateFrom !== undefined)
    throw new AutocircuitError(
      "bad-input",
      'edgeAttribution: `ablateFrom` goes with the loss "answers", without `onPrompt` and with the type of an ablation. Leave one of them out.',
    );
  return cleanRunScores(model, prompts, { ...shared, loss, ablation, onPrompt });
}
