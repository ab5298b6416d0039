import type { TransformerConfig } from "@autocircuit/native";
import type { WeightSet } from "../weights/weight-set.ts";

/**
 * Moves value biases into the output bias. Attention weights sum to one, so a head adds its value bias, projected,
 * whatever it attends to: `b_O += sum over heads of b_V[h] @ W_O[h]`. Outputs do not change.
 *
 * Source: TransformerLens, "further comments", section "folding the value biases".
 */
export function foldValueBiases(weights: WeightSet, config: TransformerConfig): void {
  const { heads, kvHeads, dModel } = config;
  for (let layer = 0; layer < config.layers; layer++) {
    const attn = `blocks.${layer}.attn`;
    if (!weights.has(`${attn}.b_V`)) continue;
    weights.addBias(`${attn}.b_O`, () => {
      const bias = weights.get(`${attn}.b_V`);
      const perHead = kvHeads === heads ? bias : bias.repeatInterleave(heads / kvHeads, 0);
      // [heads, 1, dHead] @ [heads, dHead, dModel], summed over heads.
      return perHead
        .unsqueeze(1)
        .matmul(weights.get(`${attn}.W_O`))
        .sum(0)
        .reshape([dModel]);
    });
    weights.delete(`${attn}.b_V`);
  }
}
