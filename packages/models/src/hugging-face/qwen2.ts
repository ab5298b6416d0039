import type { TransformerConfig } from "@autocircuit/native";
import type { ConfigReader } from "../config-reader.ts";
import type { Family } from "./family.ts";
import { attentionRules, gatedDecoderConfig, mlpRules, outerRules, preNormRules } from "./gated-decoder.ts";
import { layerTypes, windowsOf } from "./layer-types.ts";
import { llama } from "./llama.ts";
import { perBlock } from "./rules.ts";

/** Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on queries, keys and values. */
export const qwen2: Family = {
  ...llama,
  modelType: "qwen2",
  named: /qwen/,
  defaults: {
    vocab_size: 151936,
    hidden_size: 4096,
    intermediate_size: 22016,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    hidden_act: "silu",
    max_position_embeddings: 32768,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
    use_sliding_window: false,
    sliding_window: 4096,
    max_window_layers: 28,
  },
  config: qwenConfig,
  rules(config, raw) {
    return [
      ...outerRules(config, this.tied(raw)),
      ...perBlock(config, (layer) => [
        ...preNormRules(config, layer),
        ...attentionRules(config, layer, { qkvBias: true }),
        ...mlpRules(config, layer),
      ]),
    ];
  },
};

/** Qwen's window: off unless asked for, and then only in the layers from `max_window_layers` on. */
export function qwenConfig(raw: ConfigReader): TransformerConfig {
  const config = gatedDecoderConfig(raw);
  const slides = raw.boolean("use_sliding_window") && raw.has("sliding_window");
  const types = layerTypes(raw, config.layers, (layer) => slides && layer >= raw.number("max_window_layers"));
  if (!slides && types.includes("sliding_attention")) {
    throw raw.fail("layer_types", "asks for a window that `use_sliding_window` or `sliding_window` switches off");
  }
  return { ...config, ...windowsOf(types, raw) };
}
