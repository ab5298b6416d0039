import type { Family } from "./family.ts";
import { gatedDecoderConfig } from "./gated-decoder.ts";
import { layerTypes, windowsOf } from "./layer-types.ts";
import { llama } from "./llama.ts";

/** Mistral 7B (Jiang et al. 2023): Llama with a sliding window in every layer, unless the window is null. */
export const mistral: Family = {
  ...llama,
  modelType: "mistral",
  config(raw) {
    const config = gatedDecoderConfig(raw);
    const types = layerTypes(raw, config.layers, () => raw.has("sliding_window"));
    return { ...config, ...windowsOf(types, raw) };
  },
};
