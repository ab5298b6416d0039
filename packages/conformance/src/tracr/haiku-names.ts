import type { CompiledModel, WeightArray } from "@autocircuit/tracr";

/**
 * The weights under tracr's own names and in its layout, heads side by side: `transformer/layer_0/attn/query/w`
 * [d_model, n_heads * d_head], ...
 */
export function haikuWeights({ config, weights }: CompiledModel): Record<string, WeightArray> {
  const renamed: Record<string, WeightArray> = {
    "token_embed/embeddings": weights["embed.W_E"]!,
    "pos_embed/embeddings": weights["pos_embed.W_pos"]!,
  };
  for (let l = 0; l < config.layers; l++) {
    for (const [name, matrix] of Object.entries({ query: "W_Q", key: "W_K", value: "W_V" })) {
      renamed[`transformer/layer_${l}/attn/${name}/w`] = sideBySide(weights[`blocks.${l}.attn.${matrix}`]!);
    }
    const { shape, data } = weights[`blocks.${l}.attn.W_O`]!;
    const [heads, dHead, dModel] = shape as [number, number, number];
    renamed[`transformer/layer_${l}/attn/linear/w`] = { shape: [heads * dHead, dModel], data };
    renamed[`transformer/layer_${l}/mlp/linear_1/w`] = weights[`blocks.${l}.mlp.W_in`]!;
    renamed[`transformer/layer_${l}/mlp/linear_2/w`] = weights[`blocks.${l}.mlp.W_out`]!;
  }
  return renamed;
}

function sideBySide(array: WeightArray): WeightArray {
  const [heads, dModel, dHead] = array.shape as [number, number, number];
  const data = new Float64Array(array.data.length);
  for (let h = 0; h < heads; h++) {
    for (let d = 0; d < dModel; d++) {
      const from = (h * dModel + d) * dHead;
      data.set(array.data.subarray(from, from + dHead), (d * heads + h) * dHead);
    }
  }
  return { shape: [dModel, heads * dHead], data };
}
