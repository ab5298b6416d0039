import type { TransformerConfig } from "@autocircuit/native";
import { activation } from "../activation.ts";
import { ConfigReader } from "../config-reader.ts";
import { inverseFrequencies } from "../rotary/frequencies.ts";
import type { RotaryParameters } from "../rotary/parameters.ts";

/**
 * A configuration in TransformerLens's words, as in a `config.json` beside TransformerLens weights. Absent entries take
 * TransformerLens's defaults; entries not listed here do not change the computation or are refused.
 */
export interface TransformerLensConfig {
  readonly n_layers: number;
  readonly d_model: number;
  readonly n_ctx: number;
  readonly d_head: number;
  readonly n_heads?: number | null;
  readonly n_key_value_heads?: number | null;
  readonly d_mlp?: number | null;
  readonly d_vocab: number;
  readonly d_vocab_out?: number | null;
  readonly act_fn?: string | null;
  /** `LN` and `RMS` have weights, `LNPre` and `RMSPre` have none, null is no norm. */
  readonly normalization_type?: "LN" | "LNPre" | "RMS" | "RMSPre" | null;
  readonly attention_dir?: "causal" | "bidirectional";
  readonly attn_only?: boolean;
  readonly parallel_attn_mlp?: boolean;
  readonly gated_mlp?: boolean;
  readonly positional_embedding_type?: "standard" | "rotary";
  readonly rotary_dim?: number | null;
  readonly rotary_base?: number;
  /** Base of the layers with local attention, where it is another one (Gemma 3). */
  readonly rotary_base_local?: number | null;
  readonly rotary_adjacent_pairs?: boolean;
  readonly eps?: number;
  readonly attn_scale?: number;
  readonly use_attn_scale?: boolean;
}

/** Settings that change the computation in ways the engine does not know, with the values that leave it alone. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  post_embedding_ln: [false],
  num_experts: [1],
  load_in_4bit: [false],
  relative_attention_num_buckets: [0],
  is_encoder_decoder: [false],
};

/**
 * Translates a TransformerLens configuration.
 *
 * @param where file named in errors
 * @throws AutocircuitError `bad-file` for missing or contradictory entries, and for what the engine does not do
 */
export function fromTransformerLens(raw: TransformerLensConfig, where = "config"): TransformerConfig {
  const config = new ConfigReader(raw, where);
  for (const [key, values] of Object.entries(NEUTRAL)) config.only(key, ...values);
  // It makes the last LayerNorm an RMSNorm; where all norms are RMS, or there are none, TransformerLens does not look at it.
  if (norm(config).kind === "layer") config.only("final_rms", false);
  const layers = config.size("n_layers");
  const dModel = config.size("d_model");
  const dHead = config.size("d_head");
  const heads = unlessUnset(config, "n_heads") ?? Math.floor(dModel / dHead);
  const dVocab = config.size("d_vocab");
  const attnOnly = config.boolean("attn_only", false);
  const causal = direction(config);
  const window = windows(config, layers);
  const attnSoftcap = positive(config, "attn_scores_soft_cap");
  const finalSoftcap = positive(config, "output_logits_soft_cap");
  return {
    layers,
    dModel,
    heads,
    kvHeads: config.size("n_key_value_heads", heads),
    dHead,
    dMlp: attnOnly ? 0 : config.size("d_mlp", 4 * dModel),
    dVocab,
    dVocabOut: unlessUnset(config, "d_vocab_out") ?? dVocab,
    context: config.size("n_ctx"),
    norm: norm(config).kind,
    eps: config.epsilon("eps", 1e-5),
    attnOnly,
    parallel: config.boolean("parallel_attn_mlp", false),
    causal,
    attnScale: attentionScale(config, dHead),
    ...positions(config, dHead, layers),
    activation: attnOnly ? activation(config, "act_fn", "relu") : activation(config, "act_fn"),
    gated: config.boolean("gated_mlp", false),
    ...(window && { window }),
    ...(attnSoftcap && { attnSoftcap }),
    ...(finalSoftcap && { finalSoftcap }),
    ...(config.boolean("use_qk_norm", false) && { qkNorm: "head" as const }),
  };
}

/** Which norm, and whether its weights are in the file. */
export function norm(config: ConfigReader): { kind: TransformerConfig["norm"]; weights: boolean } {
  // Null means "no norm" while an absent entry means "LN": the one place where the two differ.
  const name = config.hasKey("normalization_type") ? config.raw("normalization_type") : "LN";
  switch (name) {
    case undefined:
      return { kind: "none", weights: false };
    case "LN":
    case "LNPre":
      return { kind: "layer", weights: name === "LN" };
    case "RMS":
    case "RMSPre":
      return { kind: "rms", weights: name === "RMS" };
    default:
      throw config.fail("normalization_type", "is not LN, LNPre, RMS, RMSPre or null");
  }
}

function direction(config: ConfigReader): boolean {
  const name = config.string("attention_dir", "causal");
  if (name !== "causal" && name !== "bidirectional")
    throw config.fail("attention_dir", "is not causal or bidirectional");
  return name === "causal";
}

function attentionScale(config: ConfigReader, dHead: number): number {
  if (!config.boolean("use_attn_scale", true)) return 1;
  return positive(config, "attn_scale") ?? Math.sqrt(dHead);
}

function positions(
  config: ConfigReader,
  dHead: number,
  layers: number,
): Pick<TransformerConfig, "positions" | "rotary"> {
  const type = config.string("positional_embedding_type", "standard");
  if (type === "standard") return { positions: "learned" };
  if (type !== "rotary") throw config.fail("positional_embedding_type", "is not standard or rotary");
  const dim = config.size("rotary_dim", dHead);
  if (dim > dHead || dim % 2 === 1) throw config.fail("rotary_dim", `is not an even number up to d_head (${dHead})`);
  const set = (theta: number) => {
    const base = { theta, partial: dim / dHead };
    return inverseFrequencies(rope(config, base), dHead, config.where).frequencies;
  };
  const frequencies = [set(config.positive("rotary_base", 10000))];
  const interleaved = config.boolean("rotary_adjacent_pairs", false);
  const types = attentionTypes(config, layers);
  if (!types || !config.has("rotary_base_local")) {
    return { positions: "rotary", rotary: { dim, interleaved, frequencies } };
  }
  frequencies.push(set(config.positive("rotary_base_local")));
  const layerType = types.map((kind) => (kind === "local" ? 1 : 0));
  return { positions: "rotary", rotary: { dim, interleaved, frequencies, layerType } };
}

/** `use_NTK_by_parts_rope` is the scaling of Llama 3.1, which TransformerLens gives to all layers. */
function rope(config: ConfigReader, base: { theta: number; partial: number }): RotaryParameters {
  if (!config.boolean("use_NTK_by_parts_rope", false)) return { type: "default", ...base };
  return {
    type: "llama3",
    ...base,
    factor: config.number("NTK_by_parts_factor", 8),
    lowFrequencyFactor: config.number("NTK_by_parts_low_freq_factor", 1),
    highFrequencyFactor: config.number("NTK_by_parts_high_freq_factor", 4),
    originalContext: config.size("NTK_original_ctx_len", 8192),
  };
}

/** `global` or `local` for each block; undefined where all are global. */
function attentionTypes(config: ConfigReader, layers: number): readonly string[] | undefined {
  if (!config.boolean("use_local_attn", false)) return undefined;
  const types = config.strings("attn_types");
  const known = types?.every((type) => type === "global" || type === "local");
  if (types?.length !== layers || !known) {
    throw config.fail("attn_types", `does not name the attention of ${layers} layers, global or local`);
  }
  return types;
}

function windows(config: ConfigReader, layers: number): readonly number[] | undefined {
  const types = attentionTypes(config, layers);
  if (!types) return undefined;
  const size = config.size("window_size");
  return types.map((type) => (type === "local" ? size : 0));
}

/** TransformerLens writes -1 (or leaves out) what is to be derived or switched off. */
function positive(config: ConfigReader, key: string): number | undefined {
  const value = config.number(key, -1);
  return value > 0 ? value : undefined;
}

function unlessUnset(config: ConfigReader, key: string): number | undefined {
  return config.number(key, -1) === -1 ? undefined : config.size(key);
}
