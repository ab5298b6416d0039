import type { Family } from "./family.ts";
import { attentionRules, gatedDecoderConfig, mlpRules, outerRules, preNormRules } from "./gated-decoder.ts";
import { layerTypes, windowsOf } from "./layer-types.ts";
import { llama } from "./llama.ts";
import { perBlock } from "./rules.ts";

/** Mistral 7B (Jiang et al. 2023): Llama without biases, with a sliding window in every block, unless the window is null. */
export const mistral: Family = {
  ...llama,
  modelType: "mistral",
  named: /mistral/,
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    hidden_act: "silu",
    max_position_embeddings: 131072,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
    sliding_window: 4096,
  },
  config(raw) {
    const config = gatedDecoderConfig(raw);
    const slides = raw.has("sliding_window");
    const types = layerTypes(raw, config.layers, () => slides);
    // transformers does not read the list for Mistral; what it would compute is not what the file says.
    const kind = slides ? "sliding_attention" : "full_attention";
    if (types.some((type) => type !== kind))
      throw raw.fail("layer_types", "Mistral does not have: all its blocks are of one type");
    return { ...config, ...windowsOf(types, raw) };
  },
  rules(config, raw) {
    return [
      ...outerRules(config, this.tied(raw)),
      ...perBlock(config, (layer) => [
        ...preNormRules(config, layer),
        ...attentionRules(config, layer),
        ...mlpRules(config, layer),
      ]),
    ];
  },
};
