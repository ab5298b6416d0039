import { signature } from "@autocircuit/base";
import { type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "./discovery-options.ts";
import { lossKinds, type MaskGradientOptions, maskGradient } from "./mask-gradient.ts";

/** Options of {@link edgeAttribution}: those of the mask gradient at mask 0. */
export type EdgeAttributionOptions = Omit<MaskGradientOptions, "maskValue" | "samples">;

const check = signature("edgeAttribution", modelAndPrompts, lossKinds);

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
  const { graph, values, info } = await maskGradient(model, prompts, { ...options, maskValue: 0, samples: undefined });
  const { maskValue: _, ...used } = info.options!;
  return new PruneScores(graph, values, { ...info, algorithm: "edge-attribution", options: used });
}
