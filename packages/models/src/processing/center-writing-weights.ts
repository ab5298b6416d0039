import { AutocircuitError } from "@autocircuit/base";
import type { Tensor, TransformerConfig } from "@autocircuit/native";
import type { WeightSet } from "../weights/weight-set.ts";

/**
 * Makes everything that writes to the residual stream write vectors of mean zero. A LayerNorm subtracts the mean
 * anyway, so outputs do not change; an RMSNorm does not, so there it would change them.
 *
 * Source: TransformerLens, "further comments", section "centering the writing weights".
 *
 * @throws AutocircuitError `bad-input` unless the norm is a LayerNorm
 */
export function centerWritingWeights(weights: WeightSet, config: TransformerConfig): void {
  if (config.norm !== "layer") {
    throw new AutocircuitError(
      "bad-input",
      `centerWritingWeights needs LayerNorm; with norm "${config.norm}" it would change the model. Leave it off.`,
    );
  }
  const writers = ["embed.W_E", "pos_embed.W_pos"];
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `blocks.${layer}`;
    writers.push(`${block}.attn.W_O`, `${block}.attn.b_O`, `${block}.mlp.W_out`, `${block}.mlp.b_out`);
  }
  for (const name of writers) if (weights.has(name)) weights.update(name, centered);
}

function centered(writer: Tensor): Tensor {
  return writer.sub(writer.mean(-1, true));
}
