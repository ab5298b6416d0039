import type { CompiledModel } from "../compile/compile.ts";

/** A config in TransformerLens' terms, as `config.json` beside `model.safetensors` holds it. */
export interface TracrModelConfig {
  readonly n_layers: number;
  readonly d_model: number;
  readonly n_ctx: number;
  readonly d_head: number;
  readonly n_heads: number;
  readonly d_mlp: number;
  readonly d_vocab: number;
  readonly d_vocab_out: number;
  readonly act_fn: "relu";
  readonly normalization_type: null;
  readonly attention_dir: "causal" | "bidirectional";
  readonly attn_only: false;
  readonly parallel_attn_mlp: false;
  readonly positional_embedding_type: "standard";
  readonly rotary_dim: null;
  readonly rotary_base: number;
  readonly eps: number;
  readonly attn_scale: number;
  readonly use_attn_scale: true;
  readonly final_rms: false;
  readonly gated_mlp: false;
  readonly n_key_value_heads: null;
}

/** The config of a compiled model, in TransformerLens' terms. */
export function transformerLensConfig({ config }: CompiledModel): TracrModelConfig {
  return {
    n_layers: config.layers,
    d_model: config.dModel,
    n_ctx: config.context,
    d_head: config.dHead,
    n_heads: config.heads,
    d_mlp: config.dMlp,
    d_vocab: config.dVocab,
    d_vocab_out: config.dVocabOut,
    act_fn: "relu",
    normalization_type: null,
    attention_dir: config.causal ? "causal" : "bidirectional",
    attn_only: false,
    parallel_attn_mlp: false,
    positional_embedding_type: "standard",
    rotary_dim: null,
    rotary_base: 10000,
    eps: 1e-5,
    attn_scale: Math.sqrt(config.dHead),
    use_attn_scale: true,
    final_rms: false,
    gated_mlp: false,
    n_key_value_heads: null,
  };
}
