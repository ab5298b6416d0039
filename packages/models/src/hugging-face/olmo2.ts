import type { Family } from "./family.ts";
import { attentionRules, gatedDecoderConfig, mlpRules, outerRules, qkNormRules } from "./gated-decoder.ts";
import { llama } from "./llama.ts";
import { perBlock, rmsNorm } from "./rules.ts";

/** OLMo 2 (OLMo Team 2025): norms after attention and MLP instead of before; queries and keys normed over all heads. */
export const olmo2: Family = {
  ...llama,
  modelType: "olmo2",
  named: /olmo/,
  defaults: {
    vocab_size: 50304,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    hidden_act: "silu",
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: false,
    attention_bias: false,
  },
  config: (raw) => ({ ...gatedDecoderConfig(raw), preNorm: false, postNorms: true, qkNorm: "full" }),
  rules(config, raw) {
    const bias = raw.boolean("attention_bias");
    return [
      ...outerRules(config, this.tied(raw)),
      ...perBlock(config, (layer, block) => [
        ...attentionRules(config, layer, { qkvBias: bias, outputBias: bias }),
        ...qkNormRules(config, layer),
        rmsNorm(`model.layers.${layer}.post_attention_layernorm`, `${block}.ln1_post`, config.dModel),
        ...mlpRules(config, layer),
        rmsNorm(`model.layers.${layer}.post_feedforward_layernorm`, `${block}.ln2_post`, config.dModel),
      ]),
    ];
  },
};
