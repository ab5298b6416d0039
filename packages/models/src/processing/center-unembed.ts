import { AutocircuitError } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import type { WeightSet } from "../weights/weight-set.ts";

/**
 * Subtracts from the logits their mean over the vocabulary, by taking it out of the unembedding. Log probabilities do
 * not change, unless the logits pass through a soft cap.
 *
 * Source: TransformerLens, "further comments", section "centering the unembed".
 *
 * @throws AutocircuitError `bad-input` for a model with a final soft cap
 */
export function centerUnembed(weights: WeightSet, config: TransformerConfig): void {
  if (config.finalSoftcap !== undefined) {
    throw new AutocircuitError(
      "bad-input",
      "centerUnembed would change the model: its logits pass through a soft cap. Leave it off.",
    );
  }
  for (const name of ["unembed.W_U", "unembed.b_U"]) {
    if (weights.has(name)) weights.update(name, (unembed) => unembed.sub(unembed.mean(-1, true)));
  }
}
