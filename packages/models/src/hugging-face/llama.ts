import type { Family } from "./family.ts";
import { attentionRules, gatedDecoderConfig, mlpRules, outerRules, preNormRules } from "./gated-decoder.ts";
import { perBlock } from "./rules.ts";

/** Llama 1 to 3 (Touvron et al. 2023; Grattafiori et al. 2024). */
export const llama: Family = {
  modelType: "llama",
  named: /llama/,
  prefix: "model.",
  head: { name: "lm_head.weight", tiedTo: "model.embed_tokens.weight" },
  buffers: /\.rotary_emb\.inv_freq$/,
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    hidden_act: "silu",
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
    attention_bias: false,
    mlp_bias: false,
  },
  tied: (raw) => raw.boolean("tie_word_embeddings"),
  config: (raw) => gatedDecoderConfig(raw),
  rules(config, raw) {
    const bias = raw.boolean("attention_bias");
    return [
      ...outerRules(config, this.tied(raw)),
      ...perBlock(config, (layer) => [
        ...preNormRules(config, layer),
        ...attentionRules(config, layer, { qkvBias: bias, outputBias: bias }),
        ...mlpRules(config, layer, raw.boolean("mlp_bias")),
      ]),
    ];
  },
};
