import { AutocircuitError } from "@autocircuit/base";
import type { RotaryConfig, TransformerConfig } from "@autocircuit/native";

/** Arguments of TransformerLens' `HookedTransformerConfig`. */
export type HookedConfig = Readonly<Record<string, string | number | boolean>>;

/**
 * A configuration in TransformerLens' words, for a model of the same shape there.
 *
 * @param normWeights whether the norms have weights; after folding they have none
 * @throws AutocircuitError `bad-input` for what cannot be said in them
 */
export function hookedConfig(config: TransformerConfig, normWeights: boolean): HookedConfig {
  const left = (["window", "attnSoftcap", "finalSoftcap", "embedScale", "positionOffset", "qkNorm"] as const).filter(
    (key) => config[key] !== undefined,
  );
  if (config.preNorm === false) refuse("norms after attention and MLP");
  if (left.length > 0) refuse(left.join(", "));
  if (config.norm === "none") refuse("no norms");
  if (config.positions === "none") refuse("no positions");
  if (config.activation === "quick_gelu") refuse("quick_gelu");
  return {
    n_layers: config.layers,
    d_model: config.dModel,
    n_ctx: config.context,
    d_head: config.dHead,
    n_heads: config.heads,
    ...(config.kvHeads !== config.heads && { n_key_value_heads: config.kvHeads }),
    d_vocab: config.dVocab,
    d_vocab_out: config.dVocabOut,
    ...(config.attnOnly ? {} : { d_mlp: config.dMlp }),
    act_fn: config.activation,
    attn_only: config.attnOnly,
    gated_mlp: config.gated,
    parallel_attn_mlp: config.parallel,
    normalization_type: `${config.norm === "layer" ? "LN" : "RMS"}${normWeights ? "" : "Pre"}`,
    eps: config.eps,
    attention_dir: config.causal ? "causal" : "bidirectional",
    attn_scale: config.attnScale,
    ...(config.rotary ? rotary(config.rotary) : { positional_embedding_type: "standard" }),
  };
}

/** TransformerLens knows frequencies by their base. */
function rotary({ dim, interleaved, frequencies, scale }: RotaryConfig): HookedConfig {
  const [list, ...more] = frequencies;
  const base = (list?.[1] ?? 1) ** (-dim / 2);
  const usual = list?.every((f, i) => Math.abs(f / base ** ((-2 * i) / dim) - 1) < 1e-5) ?? false;
  if (!usual || more.length > 0 || scale?.some((factor) => factor !== 1)) refuse("scaled rotary frequencies");
  return {
    positional_embedding_type: "rotary",
    rotary_dim: dim,
    // Whole, as configurations give it: a rounded frequency would make it one in a million off.
    rotary_base: Math.round(base),
    rotary_adjacent_pairs: interleaved,
  };
}

function refuse(what: string): never {
  throw new AutocircuitError(
    "bad-input",
    `This model cannot be compared with the other tools: it has ${what}, which is not handed on to TransformerLens. ` +
      "Choose a model in the shape of GPT-2, Llama, Mistral or Qwen 2.",
  );
}
