import type { TransformerConfig } from "@autocircuit/native";
import { ConfigReader } from "../config-reader.ts";
import { inverseFrequencies } from "../rotary/frequencies.ts";
import { type RotaryParameters, readScaling } from "../rotary/parameters.ts";
import type { Family } from "./family.ts";
import { qkNormRules } from "./gated-decoder.ts";
import { gemma2, gemmaConfig, gemmaRules } from "./gemma2.ts";
import { type LayerType, layerTypes, windowsOf } from "./layer-types.ts";

/**
 * The text model of Gemma 3 (Gemma Team 2025): Gemma 2 with normed queries and keys, five sliding blocks to each full
 * one, and rotary positions of their own for the two kinds of blocks.
 */
export const gemma3Text: Family = {
  ...gemma2,
  modelType: "gemma3_text",
  named: /gemma/,
  defaults: {
    ...gemma2.defaults,
    vocab_size: 262208,
    max_position_embeddings: 131072,
    final_logit_softcapping: null,
    attn_logit_softcapping: null,
    use_bidirectional_attention: false,
    sliding_window_pattern: 6,
  },
  config(raw) {
    const pattern = raw.size("sliding_window_pattern");
    const types = layerTypes(raw, raw.size("num_hidden_layers"), (layer) => (layer + 1) % pattern !== 0);
    const config = gemmaConfig(raw);
    return { ...config, qkNorm: "head", ...windowsOf(types, raw), rotary: rotaryByType(raw, config.dHead, types) };
  },
  rules: (config, raw) => gemmaRules(config, raw, gemma2.tied(raw), (layer) => qkNormRules(config, layer, true)),
};

function rotaryByType(raw: ConfigReader, dHead: number, types: readonly LayerType[]): TransformerConfig["rotary"] & {} {
  const kinds: LayerType[] = ["full_attention", "sliding_attention"];
  const each = kinds.map((type) => inverseFrequencies(parametersOf(raw, type), dHead, raw.where));
  const fixedUpTo = each.find((set) => set.fixedUpTo !== undefined)?.fixedUpTo;
  return {
    dim: each[0]!.dim,
    interleaved: false,
    frequencies: each.map(({ frequencies }) => frequencies),
    ...(each.some(({ scale }) => scale !== 1) && { scale: each.map(({ scale }) => scale) }),
    layerType: types.map((type) => kinds.indexOf(type)),
    ...(fixedUpTo !== undefined && { fixedUpTo }),
  };
}

/** As transformers merges them: `rope_parameters` of the block's type; `rope_scaling`, for full blocks only, goes before it. */
function parametersOf(raw: ConfigReader, type: LayerType): RotaryParameters {
  const full = type === "full_attention";
  const context = raw.size("max_position_embeddings");
  const listed = raw.object("rope_parameters")?.object(type)?.values;
  const scaling = full ? raw.object("rope_scaling")?.values : undefined;
  const own = new ConfigReader({ ...listed, ...scaling }, raw.where);
  const theta = full ? raw.positive("rope_theta", 1e6) : raw.positive("rope_local_base_freq", 1e4);
  return readScaling(own, { theta: own.positive("rope_theta", theta), partial: 1 }, context);
}
