import type { TransformerConfig } from "@autocircuit/native";
import { activation } from "../activation.ts";
import type { ConfigReader } from "../config-reader.ts";
import { inverseFrequencies } from "../rotary/frequencies.ts";
import { type RotaryKeys, readRotaryParameters } from "../rotary/parameters.ts";
import { asIs, embedding, fromHeads, headBias, linear, rmsNorm, toHeads, type WeightRule } from "./rules.ts";

/**
 * What Llama and its descendants (Mistral, Qwen, Gemma, OLMo) share: RMSNorm, rotary positions, grouped keys and values,
 * a gated MLP, no biases. Each family states how it differs.
 */
export function gatedDecoderConfig(raw: ConfigReader): TransformerConfig {
  const heads = raw.size("num_attention_heads");
  const dModel = raw.size("hidden_size");
  const dVocab = raw.size("vocab_size");
  // In transformers these families turn whole heads whatever this says.
  for (const part of [raw, raw.object("rope_parameters"), raw.object("rope_scaling")])
    part?.only("partial_rotary_factor", 1);
  const dHead = raw.size("head_dim", Math.floor(dModel / heads));
  return {
    layers: raw.size("num_hidden_layers"),
    dModel,
    heads,
    kvHeads: raw.size("num_key_value_heads", heads),
    dHead,
    dMlp: raw.size("intermediate_size"),
    dVocab,
    dVocabOut: dVocab,
    context: raw.size("max_position_embeddings"),
    norm: "rms",
    eps: raw.epsilon("rms_norm_eps"),
    attnOnly: false,
    parallel: false,
    causal: true,
    attnScale: Math.sqrt(dHead),
    positions: "rotary",
    rotary: rotary(raw, dHead),
    activation: activation(raw, "hidden_act"),
    gated: true,
  };
}

/** Rotary positions that are the same in every block. */
export function rotary(raw: ConfigReader, dHead: number, keys?: RotaryKeys) {
  const { dim, frequencies, scale, fixedUpTo } = inverseFrequencies(readRotaryParameters(raw, keys), dHead, raw.where);
  return {
    dim,
    interleaved: false,
    frequencies: [frequencies],
    ...(scale !== 1 && { scale: [scale] }),
    ...(fixedUpTo !== undefined && { fixedUpTo }),
  };
}

/** The token embedding, the final norm and, unless it is tied, the unembedding. */
export function outerRules(config: TransformerConfig, tied: boolean, lessOne = false): WeightRule[] {
  const rules = [
    embedding("model.embed_tokens.weight", config, tied),
    rmsNorm("model.norm", "ln_final", config.dModel, lessOne),
  ];
  return tied ? rules : [...rules, linear("lm_head.weight", "unembed.W_U", config.dModel, config.dVocabOut)];
}

/** Attention of one block. */
export function attentionRules(
  config: TransformerConfig,
  layer: number,
  options: { qkvBias?: boolean; outputBias?: boolean } = {},
): WeightRule[] {
  const { heads, kvHeads, dModel } = config;
  const from = `model.layers.${layer}.self_attn`;
  const to = `blocks.${layer}.attn`;
  const rules = [
    toHeads(`${from}.q_proj.weight`, `${to}.W_Q`, heads, config),
    toHeads(`${from}.k_proj.weight`, `${to}.W_K`, kvHeads, config),
    toHeads(`${from}.v_proj.weight`, `${to}.W_V`, kvHeads, config),
    fromHeads(`${from}.o_proj.weight`, `${to}.W_O`, heads, config),
  ];
  if (options.qkvBias) {
    rules.push(
      headBias(`${from}.q_proj.bias`, `${to}.b_Q`, heads, config),
      headBias(`${from}.k_proj.bias`, `${to}.b_K`, kvHeads, config),
      headBias(`${from}.v_proj.bias`, `${to}.b_V`, kvHeads, config),
    );
  }
  if (options.outputBias) rules.push(asIs(`${from}.o_proj.bias`, `${to}.b_O`, dModel));
  return rules;
}

/** Norms of queries and keys: over each head, or over all heads together. */
export function qkNormRules(config: TransformerConfig, layer: number, lessOne = false): WeightRule[] {
  const { dHead, heads, kvHeads, qkNorm } = config;
  const from = `model.layers.${layer}.self_attn`;
  const to = `blocks.${layer}.attn`;
  const full = qkNorm === "full";
  return [
    rmsNorm(`${from}.q_norm`, `${to}.q_norm`, full ? heads * dHead : dHead, lessOne),
    rmsNorm(`${from}.k_norm`, `${to}.k_norm`, full ? kvHeads * dHead : dHead, lessOne),
  ];
}

/** The gated MLP of one block. */
export function mlpRules({ dModel, dMlp }: TransformerConfig, layer: number, bias = false): WeightRule[] {
  const from = `model.layers.${layer}.mlp`;
  const to = `blocks.${layer}.mlp`;
  const rules = [
    linear(`${from}.gate_proj.weight`, `${to}.W_gate`, dModel, dMlp),
    linear(`${from}.up_proj.weight`, `${to}.W_in`, dModel, dMlp),
    linear(`${from}.down_proj.weight`, `${to}.W_out`, dMlp, dModel),
  ];
  if (bias) {
    rules.push(
      asIs(`${from}.gate_proj.bias`, `${to}.b_gate`, dMlp),
      asIs(`${from}.up_proj.bias`, `${to}.b_in`, dMlp),
      asIs(`${from}.down_proj.bias`, `${to}.b_out`, dModel),
    );
  }
  return rules;
}

/** The norms before attention and MLP, under Llama's names. */
export function preNormRules(config: TransformerConfig, layer: number): WeightRule[] {
  const from = `model.layers.${layer}`;
  return [
    rmsNorm(`${from}.input_layernorm`, `blocks.${layer}.ln1`, config.dModel),
    rmsNorm(`${from}.post_attention_layernorm`, `blocks.${layer}.ln2`, config.dModel),
  ];
}
