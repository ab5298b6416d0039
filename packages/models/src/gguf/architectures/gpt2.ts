import { type Architecture, storedInBlock } from "./architecture.ts";
import { vocabulary } from "./gated-decoder.ts";

const PARTS: Readonly<Record<string, string>> = {
  ln_1: "attn_norm",
  "attn.c_attn": "attn_qkv",
  "attn.c_proj": "attn_output",
  ln_2: "ffn_norm",
  "mlp.c_fc": "ffn_up",
  "mlp.c_proj": "ffn_down",
};

const OUTER: Readonly<Record<string, string>> = {
  "transformer.wte.weight": "token_embd.weight",
  "transformer.wpe.weight": "position_embd.weight",
  "transformer.ln_f.weight": "output_norm.weight",
  "transformer.ln_f.bias": "output_norm.bias",
  "lm_head.weight": "output.weight",
};

/** GPT-2, whose products `transformers` stores `[in, out]` and llama.cpp, like all others, `[out, in]`. */
export const gpt2: Architecture = {
  name: "gpt2",
  config(file) {
    const raw = file.metadata;
    return {
      model_type: "gpt2",
      vocab_size: vocabulary(file),
      n_positions: raw.size("gpt2.context_length"),
      n_embd: raw.size("gpt2.embedding_length"),
      n_inner: raw.size("gpt2.feed_forward_length"),
      n_layer: raw.size("gpt2.block_count"),
      n_head: raw.size("gpt2.attention.head_count"),
      layer_norm_epsilon: raw.epsilon("gpt2.attention.layer_norm_epsilon"),
      tie_word_embeddings: !file.tensors.has("output.weight"),
    };
  },
  stored: (name) => OUTER[name] ?? storedInBlock(name, /^transformer\.h\.(\d+)\.(.+)\.(weight|bias)$/, PARTS),
  change: (name) =>
    /\.c_(attn|proj|fc)\.weight$/.test(name)
      ? { transposed: true, restore: (stored) => stored.transpose(0, 1) }
      : undefined,
};
