import type { Tensor, TransformerConfig } from "@autocircuit/native";
import { activation } from "../activation.ts";
import type { Family } from "./family.ts";
import { rotary } from "./gated-decoder.ts";
import { asIs, embedding, fromHeads, layerNorm, linear, linearWithBias, perBlock, type WeightRule } from "./rules.ts";

/** GPT-NeoX and Pythia (Black et al. 2022; Biderman et al. 2023): parallel blocks, partly rotary, QKV stored per head. */
export const gptNeox: Family = {
  modelType: "gpt_neox",
  named: /pythia|gpt-neox/,
  prefix: "gpt_neox.",
  head: { name: "embed_out.weight", tiedTo: "gpt_neox.embed_in.weight" },
  buffers: /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
  defaults: {
    vocab_size: 50432,
    hidden_size: 6144,
    num_hidden_layers: 44,
    num_attention_heads: 64,
    intermediate_size: 24576,
    hidden_act: "gelu",
    max_position_embeddings: 2048,
    layer_norm_eps: 1e-5,
    tie_word_embeddings: false,
    use_parallel_residual: true,
    attention_bias: true,
    rotary_emb_base: 10000,
    rotary_pct: 0.25,
  },
  tied: (raw) => raw.boolean("tie_word_embeddings"),
  config(raw) {
    const heads = raw.size("num_attention_heads");
    const dModel = raw.size("hidden_size");
    const dVocab = raw.size("vocab_size");
    const dHead = dModel / heads;
    if (!Number.isInteger(dHead)) throw raw.fail("num_attention_heads", `does not divide hidden_size (${dModel})`);
    return {
      layers: raw.size("num_hidden_layers"),
      dModel,
      heads,
      kvHeads: heads,
      dHead,
      dMlp: raw.size("intermediate_size"),
      dVocab,
      dVocabOut: dVocab,
      context: raw.size("max_position_embeddings"),
      norm: "layer",
      eps: raw.epsilon("layer_norm_eps"),
      attnOnly: false,
      parallel: raw.boolean("use_parallel_residual"),
      causal: true,
      attnScale: Math.sqrt(dHead),
      positions: "rotary",
      rotary: rotary(raw, dHead, { theta: "rotary_emb_base", partial: "rotary_pct" }),
      activation: activation(raw, "hidden_act"),
      gated: false,
    };
  },
  rules(config, raw) {
    const { dModel } = config;
    const tied = this.tied(raw);
    const bias = raw.boolean("attention_bias");
    return [
      embedding("gpt_neox.embed_in.weight", config, tied),
      ...(tied ? [] : [linear("embed_out.weight", "unembed.W_U", dModel, config.dVocabOut)]),
      ...layerNorm("gpt_neox.final_layer_norm", "ln_final", dModel),
      ...perBlock(config, (layer, block) => blockRules(config, `gpt_neox.layers.${layer}`, block, bias)),
    ];
  },
};

function blockRules(config: TransformerConfig, from: string, block: string, bias: boolean): WeightRule[] {
  const { dModel, dMlp, heads, dHead } = config;
  const attn = `${block}.attn`;
  /** Query (0), key (1) or value (2) out of `[heads, 3, dHead, ...]`. */
  const weight = (part: number) => (stored: Tensor) =>
    stored.reshape([heads, 3, dHead, dModel]).select(1, part).transpose(1, 2);
  const biasPart = (part: number) => (stored: Tensor) => stored.reshape([heads, 3, dHead]).select(1, part);
  const biases: WeightRule[] = [
    {
      name: `${from}.attention.query_key_value.bias`,
      shape: [3 * dModel],
      to: { [`${attn}.b_Q`]: biasPart(0), [`${attn}.b_K`]: biasPart(1), [`${attn}.b_V`]: biasPart(2) },
    },
    asIs(`${from}.attention.dense.bias`, `${attn}.b_O`, dModel),
  ];
  return [
    ...layerNorm(`${from}.input_layernorm`, `${block}.ln1`, dModel),
    {
      name: `${from}.attention.query_key_value.weight`,
      shape: [3 * dModel, dModel],
      to: { [`${attn}.W_Q`]: weight(0), [`${attn}.W_K`]: weight(1), [`${attn}.W_V`]: weight(2) },
    },
    fromHeads(`${from}.attention.dense.weight`, `${attn}.W_O`, heads, config),
    ...(bias ? biases : []),
    ...layerNorm(`${from}.post_attention_layernorm`, `${block}.ln2`, dModel),
    ...linearWithBias(`${from}.mlp.dense_h_to_4h`, [`${block}.mlp.W_in`, `${block}.mlp.b_in`], dModel, dMlp),
    ...linearWithBias(`${from}.mlp.dense_4h_to_h`, [`${block}.mlp.W_out`, `${block}.mlp.b_out`], dMlp, dModel),
  ];
}
