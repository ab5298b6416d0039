import type { TransformerConfig } from "@autocircuit/native";
import { activation } from "../activation.ts";
import type { ConfigReader } from "../config-reader.ts";
import type { Family } from "./family.ts";
import {
  asIs,
  embedding,
  fromHeads,
  layerNorm,
  linear,
  linearWithBias,
  perBlock,
  toHeads,
  type WeightRule,
} from "./rules.ts";

/** GPT-Neo (Black et al. 2021): GPT-2 without scaled scores, with a local window in every other block. */
export const gptNeo: Family = {
  modelType: "gpt_neo",
  named: /gpt-neo(?!x)|tiny-?stories/,
  prefix: "transformer.",
  head: { name: "lm_head.weight", tiedTo: "transformer.wte.weight" },
  buffers: /^transformer\.h\.\d+\.attn\.attention\.(bias|masked_bias)$/,
  defaults: {
    vocab_size: 50257,
    max_position_embeddings: 2048,
    hidden_size: 2048,
    num_layers: 24,
    num_heads: 16,
    window_size: 256,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: true,
  },
  aliases: { num_heads: "num_attention_heads", num_layers: "num_hidden_layers" },
  tied: (raw) => raw.boolean("tie_word_embeddings"),
  config(raw) {
    const layers = raw.size("num_layers");
    const heads = raw.size("num_heads");
    const dModel = raw.size("hidden_size");
    const dVocab = raw.size("vocab_size");
    const dHead = dModel / heads;
    if (!Number.isInteger(dHead)) throw raw.fail("num_heads", `does not divide hidden_size (${dModel})`);
    const size = raw.size("window_size");
    return {
      layers,
      dModel,
      heads,
      kvHeads: heads,
      dHead,
      dMlp: raw.size("intermediate_size", 4 * dModel),
      dVocab,
      dVocabOut: dVocab,
      context: raw.size("max_position_embeddings"),
      norm: "layer",
      eps: raw.epsilon("layer_norm_epsilon"),
      attnOnly: false,
      parallel: false,
      causal: true,
      attnScale: 1,
      positions: "learned",
      window: attentionKinds(raw, layers).map((kind) => (kind === "local" ? size : 0)),
      activation: activation(raw, "activation_function"),
      gated: false,
    };
  },
  rules(config, raw) {
    const { dModel, context } = config;
    const tied = this.tied(raw);
    return [
      embedding("transformer.wte.weight", config, tied),
      ...(tied ? [] : [linear("lm_head.weight", "unembed.W_U", dModel, config.dVocabOut)]),
      asIs("transformer.wpe.weight", "pos_embed.W_pos", context, dModel),
      ...layerNorm("transformer.ln_f", "ln_final", dModel),
      ...perBlock(config, (layer, block) => blockRules(config, `transformer.h.${layer}`, block)),
    ];
  },
};

function blockRules(config: TransformerConfig, from: string, block: string): WeightRule[] {
  const { dModel, dMlp, heads } = config;
  const attention = `${from}.attn.attention`;
  return [
    ...layerNorm(`${from}.ln_1`, `${block}.ln1`, dModel),
    toHeads(`${attention}.q_proj.weight`, `${block}.attn.W_Q`, heads, config),
    toHeads(`${attention}.k_proj.weight`, `${block}.attn.W_K`, heads, config),
    toHeads(`${attention}.v_proj.weight`, `${block}.attn.W_V`, heads, config),
    fromHeads(`${attention}.out_proj.weight`, `${block}.attn.W_O`, heads, config),
    asIs(`${attention}.out_proj.bias`, `${block}.attn.b_O`, dModel),
    ...layerNorm(`${from}.ln_2`, `${block}.ln2`, dModel),
    ...linearWithBias(`${from}.mlp.c_fc`, [`${block}.mlp.W_in`, `${block}.mlp.b_in`], dModel, dMlp),
    ...linearWithBias(`${from}.mlp.c_proj`, [`${block}.mlp.W_out`, `${block}.mlp.b_out`], dMlp, dModel),
  ];
}

/** `global` or `local` per block: listed, or as `[[pattern, repetitions], ...]`. */
function attentionKinds(raw: ConfigReader, layers: number): readonly string[] {
  const kinds = raw.strings("attention_layers") ?? expand(raw, layers);
  if (kinds.length !== layers || !kinds.every((kind) => kind === "global" || kind === "local")) {
    throw raw.fail("attention_types", `does not make ${layers} layers of global and local attention`);
  }
  return kinds;
}

function expand(raw: ConfigReader, layers: number): string[] {
  const patterns = raw.raw("attention_types") ?? [[["global", "local"], 12]];
  if (!Array.isArray(patterns)) throw raw.fail("attention_types", "is not a list");
  return patterns.flatMap((entry: unknown) => {
    const [pattern, times] = Array.isArray(entry) ? entry : [];
    if (!Array.isArray(pattern) || !Number.isInteger(times)) {
      throw raw.fail("attention_types", "is not a list of [pattern, repetitions]");
    }
    if (times * pattern.length > layers) throw raw.fail("attention_types", `makes more than ${layers} layers`);
    return Array.from({ length: times }, () => pattern as string[]).flat();
  });
}
