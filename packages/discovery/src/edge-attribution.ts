import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { type AttributionLoss, type AttributionOptions, attributionLosses } from "./attribution/attribution-options.ts";
import { eap } from "./attribution/eap.ts";
import { modelAndPrompts } from "./discovery-options.ts";
import { lossKinds, type MaskGradientOptions, maskGradient } from "./mask-gradient.ts";

/** Options of {@link edgeAttribution}: those of the mask gradient at mask 0. */
export interface EdgeAttributionOptions extends Omit<MaskGradientOptions, "maskValue" | "samples" | "byLayer"> {
  /** Default `"answers"`. KL divergence has no gradient at the clean run, and is refused. */
  readonly loss?: AttributionLoss | undefined;
  /** Called with the scores of each prompt alone, see {@link eap}. */
  readonly onPrompt?: AttributionOptions["onPrompt"];
}

const check = signature("edgeAttribution", modelAndPrompts, {
  ...lossKinds,
  loss: kind.oneOf(attributionLosses),
  onPrompt: kind.callback,
} satisfies KindsOf<EdgeAttributionOptions>);

/**
 * Edge attribution patching (Syed, Rager and Conmy 2023, "Attribution Patching Outperforms Automated Circuit
 * Discovery", section 3): an edge's score is `sum (corrupt - clean source output) * d loss / d destination input` at
 * the clean run, the first-order effect of ablating it. The same numbers as {@link maskGradient} at mask 0, one
 * forward and one backward pass a batch.
 */
export async function edgeAttribution(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EdgeAttributionOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { ablateFrom, loss = "answers", onPrompt } = options;
  if (loss !== "answers" || onPrompt !== undefined) {
    if (ablateFrom !== undefined)
      throw new AutocircuitError(
        "bad-input",
        'edgeAttribution: `ablateFrom` goes with the loss "answers" and without `onPrompt`. Leave one of them out.',
      );
    const { ablateFrom: _, ...shared } = options;
    const { graph, values, info } = await eap(model, prompts, shared);
    return new PruneScores(graph, values, { ...info, algorithm: "edge-attribution" });
  }
  const { graph, values, info } = await maskGradient(model, prompts, {
    ...withoutLoss(options),
    maskValue: 0,
    samples: undefined,
  });
  const { maskValue: _, ...used } = info.options!;
  return new PruneScores(graph, values, { ...info, algorithm: "edge-attribution", options: used });
}

function withoutLoss({ loss: _, onPrompt: __, ...options }: EdgeAttributionOptions): MaskGradientOptions {
  return options;
}
