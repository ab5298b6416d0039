import type { TransformerConfig } from "@autocircuit/native";
import { activation } from "../activation.ts";
import type { Family } from "./family.ts";
import {
  asIs,
  embedding,
  fromHeads,
  headBias,
  layerNorm,
  linear,
  linearWithBias,
  perBlock,
  toHeads,
  type WeightRule,
} from "./rules.ts";

/** The first two rows of OPT's position table belong to no position. */
const POSITION_OFFSET = 2;

/** OPT (Zhang et al. 2022), except the 350M model, whose embedding has another width than its residual stream. */
export const opt: Family = {
  modelType: "opt",
  named: /(^|[-/])opt-/,
  prefix: "model.",
  head: { name: "lm_head.weight", tiedTo: "model.decoder.embed_tokens.weight" },
  defaults: {
    vocab_size: 50272,
    hidden_size: 768,
    num_hidden_layers: 12,
    ffn_dim: 3072,
    max_position_embeddings: 2048,
    do_layer_norm_before: true,
    _remove_final_layer_norm: false,
    num_attention_heads: 12,
    activation_function: "relu",
    enable_bias: true,
    layer_norm_elementwise_affine: true,
    tie_word_embeddings: true,
  },
  tied: (raw) => raw.boolean("tie_word_embeddings"),
  config(raw) {
    const heads = raw.size("num_attention_heads");
    const dModel = raw.size("hidden_size");
    raw.only("word_embed_proj_dim", dModel);
    raw.only("do_layer_norm_before", true);
    raw.only("_remove_final_layer_norm", false);
    raw.only("enable_bias", true);
    raw.only("layer_norm_elementwise_affine", true);
    const dVocab = raw.size("vocab_size");
    const dHead = dModel / heads;
    if (!Number.isInteger(dHead)) throw raw.fail("num_attention_heads", `does not divide hidden_size (${dModel})`);
    return {
      layers: raw.size("num_hidden_layers"),
      dModel,
      heads,
      kvHeads: heads,
      dHead,
      dMlp: raw.size("ffn_dim"),
      dVocab,
      dVocabOut: dVocab,
      context: raw.size("max_position_embeddings"),
      norm: "layer",
      eps: 1e-5,
      attnOnly: false,
      parallel: false,
      causal: true,
      attnScale: Math.sqrt(dHead),
      positions: "learned",
      activation: activation(raw, "activation_function"),
      gated: false,
    };
  },
  rules(config, raw) {
    const { dModel, context } = config;
    const tied = this.tied(raw);
    return [
      embedding("model.decoder.embed_tokens.weight", config, tied),
      ...(tied ? [] : [linear("lm_head.weight", "unembed.W_U", dModel, config.dVocabOut)]),
      {
        name: "model.decoder.embed_positions.weight",
        shape: [context + POSITION_OFFSET, dModel],
        to: { "pos_embed.W_pos": (stored) => stored.slice(0, POSITION_OFFSET, context + POSITION_OFFSET) },
      },
      ...layerNorm("model.decoder.final_layer_norm", "ln_final", dModel),
      ...perBlock(config, (layer, block) => blockRules(config, `model.decoder.layers.${layer}`, block)),
    ];
  },
};

function blockRules(config: TransformerConfig, from: string, block: string): WeightRule[] {
  const { dModel, dMlp, heads } = config;
  const attn = `${block}.attn`;
  return [
    ...layerNorm(`${from}.self_attn_layer_norm`, `${block}.ln1`, dModel),
    ...(["q", "k", "v"] as const).flatMap((part) => [
      toHeads(`${from}.self_attn.${part}_proj.weight`, `${attn}.W_${part.toUpperCase()}`, heads, config),
      headBias(`${from}.self_attn.${part}_proj.bias`, `${attn}.b_${part.toUpperCase()}`, heads, config),
    ]),
    fromHeads(`${from}.self_attn.out_proj.weight`, `${attn}.W_O`, heads, config),
    asIs(`${from}.self_attn.out_proj.bias`, `${attn}.b_O`, dModel),
    ...layerNorm(`${from}.final_layer_norm`, `${block}.ln2`, dModel),
    ...linearWithBias(`${from}.fc1`, [`${block}.mlp.W_in`, `${block}.mlp.b_in`], dModel, dMlp),
    ...linearWithBias(`${from}.fc2`, [`${block}.mlp.W_out`, `${block}.mlp.b_out`], dMlp, dModel),
  ];
}
