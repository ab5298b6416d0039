import type { TransformerConfig } from "@autocircuit/native";

/** A `config.json`, and what of the engine's configuration it is there to turn on. */
export interface SmallFamily {
  /** Names of some of its models, by which it must be known. */
  readonly models: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly turnsOn: Partial<TransformerConfig>;
}

/** What the descendants of Llama have in common: two query heads to each key/value head, heads wider than their share. */
const gated = {
  vocab_size: 19,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 4,
  intermediate_size: 14,
  max_position_embeddings: 16,
  rope_theta: 100,
};

/** A small model of every architecture, by `model_type`, with what sets the architecture apart turned on. */
export const smallFamilies: Readonly<Record<string, SmallFamily>> = {
  gpt2: {
    models: ["openai-community/gpt2-medium"],
    config: {
      vocab_size: 19,
      n_embd: 16,
      n_layer: 2,
      n_head: 4,
      n_positions: 16,
      scale_attn_by_inverse_layer_idx: true,
    },
    turnsOn: { norm: "layer", positions: "learned", kvHeads: 4, activation: "gelu_new" },
  },
  gpt_neo: {
    models: ["roneneldan/TinyStories-33M", "EleutherAI/gpt-neo-125m"],
    config: {
      vocab_size: 19,
      hidden_size: 16,
      num_layers: 2,
      num_heads: 4,
      max_position_embeddings: 16,
      attention_layers: ["global", "local"],
      window_size: 3,
    },
    turnsOn: { window: [0, 3], attnScale: 1 },
  },
  gpt_neox: {
    models: ["EleutherAI/pythia-160m-deduped", "EleutherAI/gpt-neox-20b"],
    config: {
      vocab_size: 19,
      hidden_size: 16,
      num_hidden_layers: 3,
      num_attention_heads: 4,
      intermediate_size: 20,
      max_position_embeddings: 16,
      rotary_pct: 0.5,
      use_parallel_residual: true,
    },
    turnsOn: { parallel: true, rotary: { dim: 2, interleaved: false, frequencies: [[1]] } },
  },
  opt: {
    models: ["facebook/opt-125m"],
    config: {
      vocab_size: 19,
      hidden_size: 16,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      ffn_dim: 20,
      max_position_embeddings: 16,
    },
    turnsOn: { positions: "learned", activation: "relu" },
  },
  llama: {
    models: ["meta-llama/Llama-3.2-1B"],
    config: {
      ...gated,
      attention_bias: true,
      mlp_bias: true,
      rope_scaling: {
        rope_type: "llama3",
        factor: 4,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 16,
      },
    },
    turnsOn: { kvHeads: 2, gated: true, norm: "rms", activation: "silu" },
  },
  mistral: {
    models: ["mistralai/Mistral-7B-v0.1"],
    config: { ...gated, sliding_window: 3 },
    turnsOn: { kvHeads: 2, window: [3, 3] },
  },
  qwen2: {
    models: ["Qwen/Qwen3-0.6B"],
    config: { ...gated, use_sliding_window: true, sliding_window: 3, max_window_layers: 1 },
    turnsOn: { kvHeads: 2, window: [0, 3] },
  },
  qwen3: {
    models: ["Qwen/Qwen3-0.6B"],
    config: { ...gated, num_key_value_heads: 1 },
    turnsOn: { kvHeads: 1, qkNorm: "head" },
  },
  gemma2: {
    models: ["google/gemma-2-2b"],
    config: {
      ...gated,
      query_pre_attn_scalar: 6,
      attn_logit_softcapping: 2,
      final_logit_softcapping: 3,
      sliding_window: 3,
    },
    turnsOn: { kvHeads: 2, window: [3, 0], attnSoftcap: 2, finalSoftcap: 3, embedScale: Math.sqrt(12) },
  },
  gemma3_text: {
    models: ["google/gemma-2-2b"],
    config: {
      ...gated,
      query_pre_attn_scalar: 6,
      sliding_window: 3,
      sliding_window_pattern: 2,
      rope_local_base_freq: 10,
    },
    turnsOn: { kvHeads: 2, window: [3, 0], qkNorm: "head" },
  },
  olmo2: { models: ["allenai/OLMo-2-0425-1B"], config: gated, turnsOn: { kvHeads: 2, qkNorm: "full", preNorm: false } },
};
