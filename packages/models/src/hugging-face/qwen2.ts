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
  const slides = raw.boolean("use_sliding_window", false) && raw.has("sliding_window");
  if (!slides) return config;
  const types = layerTypes(raw, config.layers, (layer) => layer >= raw.number("max_window_layers", 28));
  return { ...config, ...windowsOf(types, raw) };
}
