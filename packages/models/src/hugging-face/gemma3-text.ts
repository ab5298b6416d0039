import type { TransformerConfig } from "@autocircuit/native";
import type { ConfigReader } from "../config-reader.ts";
import { inverseFrequencies } from "../rope/frequencies.ts";
import { type RopeParameters, readScaling } from "../rope/parameters.ts";
import type { Family } from "./family.ts";
import { qkNormRules } from "./gated-decoder.ts";
import { gemma2, gemmaConfig, gemmaRules } from "./gemma2.ts";
import { type LayerType, layerTypes, windowsOf } from "./layer-types.ts";

/**
 * The text model of Gemma 3 (Gemma Team 2025): Gemma 2 with normed queries and keys, five sliding layers to each full
 * one, and rotary positions of their own for the two kinds of layers.
 */
export const gemma3Text: Family = {
  ...gemma2,
  modelType: "gemma3_text",
  config(raw) {
    const pattern = raw.size("sliding_window_pattern", raw.number("_sliding_window_pattern", 6));
    const types = layerTypes(raw, raw.size("num_hidden_layers"), (layer) => (layer + 1) % pattern !== 0);
    const config = gemmaConfig(raw);
    return { ...config, qkNorm: "head", ...windowsOf(types, raw), rotary: rotaryByType(raw, config.dHead, types) };
  },
  rules: (config, raw) => gemmaRules(config, raw, gemma2.tied(raw), (layer) => qkNormRules(config, layer, true)),
};

function rotaryByType(raw: ConfigReader, dHead: number, types: readonly LayerType[]): TransformerConfig["rotary"] & {} {
  const kinds: LayerType[] = ["full_attention", "sliding_attention"];
  const each = kinds.map((type) => inverseFrequencies(parametersOf(raw, type), dHead, raw.where));
  return {
    dim: each[0]!.dim,
    interleaved: false,
    frequencies: each.map(({ frequencies }) => frequencies),
    ...(each.some(({ scale }) => scale !== 1) && { scale: each.map(({ scale }) => scale) }),
    layerType: types.map((type) => kinds.indexOf(type)),
  };
}

function parametersOf(raw: ConfigReader, type: LayerType): RopeParameters {
  const full = type === "full_attention";
  const context = raw.size("max_position_embeddings");
  const theta = full ? raw.number("rope_theta", 1e6) : raw.number("rope_local_base_freq", 1e4);
  const modern = raw.object("rope_parameters")?.object(type);
  if (modern) return readScaling(modern, { theta: modern.number("rope_theta", theta), partial: 1 }, context);
  // Before transformers 5 the scaling concerned the full layers only.
  const scaling = full ? raw.object("rope_scaling") : undefined;
  return scaling ? readScaling(scaling, { theta, partial: 1 }, context) : { type: "default", theta, partial: 1 };
}
