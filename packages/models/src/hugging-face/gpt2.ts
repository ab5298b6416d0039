import type { Tensor, TransformerConfig } from "@autocircuit/native";
import { activation } from "../activation.ts";
import type { Family } from "./family.ts";
import { asIs, embedding, layerNorm, linear, perBlock, type WeightRule } from "./rules.ts";

/** GPT-2 (Radford et al. 2019). Its `Conv1D` weights are stored `[in, out]`, queries, keys and values side by side. */
export const gpt2: Family = {
  modelType: "gpt2",
  named: /gpt-?2/,
  prefix: "transformer.",
  head: { name: "lm_head.weight", tiedTo: "transformer.wte.weight" },
  buffers: /^transformer\.h\.\d+\.attn\.(bias|masked_bias)$/,
  defaults: {
    vocab_size: 50257,
    n_positions: 1024,
    n_embd: 768,
    n_layer: 12,
    n_head: 12,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    add_cross_attention: false,
    tie_word_embeddings: true,
  },
  aliases: {
    n_embd: "hidden_size",
    n_positions: "max_position_embeddings",
    n_head: "num_attention_heads",
    n_layer: "num_hidden_layers",
  },
  tied: (raw) => raw.boolean("tie_word_embeddings"),
  config(raw) {
    raw.only("add_cross_attention", false);
    const heads = raw.size("n_head");
    const dModel = raw.size("n_embd");
    const dVocab = raw.size("vocab_size");
    const dHead = dModel / heads;
    if (!Number.isInteger(dHead)) throw raw.fail("n_head", `does not divide n_embd (${dModel})`);
    return {
      layers: raw.size("n_layer"),
      dModel,
      heads,
      kvHeads: heads,
      dHead,
      dMlp: raw.size("n_inner", 4 * dModel),
      dVocab,
      dVocabOut: dVocab,
      context: raw.size("n_positions"),
      norm: "layer",
      eps: raw.epsilon("layer_norm_epsilon"),
      attnOnly: false,
      parallel: false,
      causal: true,
      attnScale: raw.boolean("scale_attn_weights") ? Math.sqrt(dHead) : 1,
      positions: "learned",
      activation: activation(raw, "activation_function"),
      gated: false,
    };
  },
  rules(config, raw) {
    const { dModel, context } = config;
    const tied = this.tied(raw);
    const inverse = raw.boolean("scale_attn_by_inverse_layer_idx");
    return [
      embedding("transformer.wte.weight", config, tied),
      ...(tied ? [] : [linear("lm_head.weight", "unembed.W_U", dModel, config.dVocabOut)]),
      asIs("transformer.wpe.weight", "pos_embed.W_pos", context, dModel),
      ...layerNorm("transformer.ln_f", "ln_final", dModel),
      ...perBlock(config, (layer, block) =>
        blockRules(config, `transformer.h.${layer}`, block, inverse ? layer + 1 : 1),
      ),
    ];
  },
};

/** @param divisor what Mistral's GPT-2 variants divide this block's scores by, folded into the queries */
function blockRules(config: TransformerConfig, from: string, block: string, divisor: number): WeightRule[] {
  const { dModel, dMlp, heads, dHead } = config;
  const scaled = (query: Tensor) => (divisor === 1 ? query : query.div(divisor));
  /** Columns of query (0), key (1) or value (2). */
  const weight = (part: number) => (stored: Tensor) =>
    stored
      .slice(1, part * dModel, (part + 1) * dModel)
      .reshape([dModel, heads, dHead])
      .transpose(0, 1);
  const bias = (part: number) => (stored: Tensor) =>
    stored.slice(0, part * dModel, (part + 1) * dModel).reshape([heads, dHead]);
  const attn = `${block}.attn`;
  return [
    ...layerNorm(`${from}.ln_1`, `${block}.ln1`, dModel),
    {
      name: `${from}.attn.c_attn.weight`,
      shape: [dModel, 3 * dModel],
      to: { [`${attn}.W_Q`]: (t) => scaled(weight(0)(t)), [`${attn}.W_K`]: weight(1), [`${attn}.W_V`]: weight(2) },
    },
    {
      name: `${from}.attn.c_attn.bias`,
      shape: [3 * dModel],
      to: { [`${attn}.b_Q`]: (t) => scaled(bias(0)(t)), [`${attn}.b_K`]: bias(1), [`${attn}.b_V`]: bias(2) },
    },
    {
      name: `${from}.attn.c_proj.weight`,
      shape: [dModel, dModel],
      to: { [`${attn}.W_O`]: (stored) => stored.reshape([heads, dHead, dModel]) },
    },
    asIs(`${from}.attn.c_proj.bias`, `${attn}.b_O`, dModel),
    ...layerNorm(`${from}.ln_2`, `${block}.ln2`, dModel),
    asIs(`${from}.mlp.c_fc.weight`, `${block}.mlp.W_in`, dModel, dMlp),
    asIs(`${from}.mlp.c_fc.bias`, `${block}.mlp.b_in`, dMlp),
    asIs(`${from}.mlp.c_proj.weight`, `${block}.mlp.W_out`, dMlp, dModel),
    asIs(`${from}.mlp.c_proj.bias`, `${block}.mlp.b_out`, dModel),
  ];
}
