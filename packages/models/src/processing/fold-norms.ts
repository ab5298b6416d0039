import type { Tensor, TransformerConfig } from "@autocircuit/native";
import type { WeightSet } from "../weights/weight-set.ts";

/**
 * Folds the weights and biases of every norm into the matrices that read its output, and removes them: the norms become
 * plain ones, and directions in the residual stream mean the same before and after. Outputs do not change.
 *
 * A LayerNorm also subtracts the mean, so the part of a reading matrix along the all-ones direction never has an effect;
 * it is removed as well.
 *
 * Source: TransformerLens, "further comments", section "weight processing".
 */
export function foldNorms(weights: WeightSet, config: TransformerConfig): void {
  if (config.norm === "none") return;
  for (let layer = 0; layer < config.layers; layer++) foldBlock(weights, config, `blocks.${layer}`);
  fold(weights, config, "ln_final", [{ weight: "unembed.W_U", bias: "unembed.b_U" }]);
}

/** A matrix that reads a norm's output, its second to last dimension being `dModel`, and its bias. */
interface Reader {
  readonly weight: string;
  readonly bias: string;
}

function foldBlock(weights: WeightSet, config: TransformerConfig, block: string): void {
  if (!(config.preNorm ?? true)) return;
  const heads = ["Q", "K", "V"].map((part) => ({ weight: `${block}.attn.W_${part}`, bias: `${block}.attn.b_${part}` }));
  fold(weights, config, `${block}.ln1`, heads);
  if (config.attnOnly) return;
  const mlp = [{ weight: `${block}.mlp.W_in`, bias: `${block}.mlp.b_in` }];
  if (config.gated) mlp.push({ weight: `${block}.mlp.W_gate`, bias: `${block}.mlp.b_gate` });
  fold(weights, config, `${block}.ln2`, mlp);
}

function fold(weights: WeightSet, config: TransformerConfig, norm: string, readers: readonly Reader[]): void {
  const hasWeight = weights.has(`${norm}.w`);
  const hasBias = weights.has(`${norm}.b`);
  for (const { weight, bias } of readers) {
    // [d] @ [.., d, n]: a product, where multiplying and summing would make another tensor of the matrix's size.
    if (hasBias) weights.addBias(bias, () => weights.get(`${norm}.b`).matmul(weights.get(weight)));
    if (hasWeight) weights.update(weight, (matrix) => matrix.mul(weights.get(`${norm}.w`).unsqueeze(1)));
    if (config.norm === "layer") weights.update(weight, withoutMean);
  }
  weights.delete(`${norm}.w`);
  weights.delete(`${norm}.b`);
}

function withoutMean(matrix: Tensor): Tensor {
  return matrix.sub(matrix.mean(-2, true));
}
