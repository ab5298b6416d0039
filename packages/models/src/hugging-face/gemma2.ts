import type { TransformerConfig } from "@autocircuit/native";
import type { ConfigReader } from "../config-reader.ts";
import type { Family } from "./family.ts";
import { attentionRules, gatedDecoderConfig, mlpRules, outerRules } from "./gated-decoder.ts";
import { layerTypes, windowsOf } from "./layer-types.ts";
import { llama } from "./llama.ts";
import { perBlock, rmsNorm, type WeightRule } from "./rules.ts";

/** Gemma 2 (Gemma Team 2024): norms before and after each part, soft caps, a sliding window in every other block. */
export const gemma2: Family = {
  ...llama,
  modelType: "gemma2",
  named: /gemma/,
  defaults: {
    vocab_size: 256000,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    hidden_activation: "gelu_pytorch_tanh",
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    attention_bias: false,
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    final_logit_softcapping: 30,
    attn_logit_softcapping: 50,
    use_bidirectional_attention: null,
  },
  config(raw) {
    const config = gemmaConfig(raw);
    const types = layerTypes(raw, config.layers, (layer) => layer % 2 === 0);
    return { ...config, ...windowsOf(types, raw) };
  },
  rules: (config, raw) => gemmaRules(config, raw, gemma2.tied(raw)),
};

/** What Gemma 2 and 3 share beyond Llama. */
export function gemmaConfig(raw: ConfigReader): TransformerConfig {
  raw.only("use_bidirectional_attention", false);
  // `hidden_act` in Gemma's configs says "gelu", which was never what the models were trained with.
  const hiddenAct = raw.string("hidden_activation", "gelu_pytorch_tanh");
  const config = gatedDecoderConfig(raw.with({ hidden_act: hiddenAct }));
  return {
    ...config,
    attnScale: Math.sqrt(raw.number("query_pre_attn_scalar")),
    embedScale: Math.sqrt(config.dModel),
    postNorms: true,
    ...(raw.has("attn_logit_softcapping") && { attnSoftcap: raw.number("attn_logit_softcapping") }),
    ...(raw.has("final_logit_softcapping") && { finalSoftcap: raw.number("final_logit_softcapping") }),
  };
}

/** Gemma's weights: four norms a block, all stored less one. */
export function gemmaRules(
  config: TransformerConfig,
  raw: ConfigReader,
  tied: boolean,
  extra: (layer: number) => WeightRule[] = () => [],
): WeightRule[] {
  const bias = raw.boolean("attention_bias");
  return [
    ...outerRules(config, tied, true),
    ...perBlock(config, (layer, block) => [
      ...normRules(`model.layers.${layer}`, block, config.dModel),
      ...attentionRules(config, layer, { qkvBias: bias, outputBias: bias }),
      ...extra(layer),
      ...mlpRules(config, layer),
    ]),
  ];
}

function normRules(from: string, block: string, size: number): WeightRule[] {
  return [
    rmsNorm(`${from}.input_layernorm`, `${block}.ln1`, size, true),
    rmsNorm(`${from}.post_attention_layernorm`, `${block}.ln1_post`, size, true),
    rmsNorm(`${from}.pre_feedforward_layernorm`, `${block}.ln2`, size, true),
    rmsNorm(`${from}.post_feedforward_layernorm`, `${block}.ln2_post`, size, true),
  ];
}
