import type { ConfigReader } from "../config-reader.ts";

/**
 * `rope_scaling` as `config.json` would have it. What Llama 3.1 does to its frequencies is not said here: it lies among the tensors, as
 * `rope_freqs.weight`.
 *
 * @throws AutocircuitError `bad-file` for a kind of scaling that is not known, and a multiplier without YaRN
 */
export function rotaryScaling(raw: ConfigReader, architecture: string): Readonly<Record<string, unknown>> | null {
  const key = (name: string) => `${architecture}.rope.${name}`;
  // llama.cpp takes a kind that is not named as linear.
  const type = raw.string(key("scaling.type"), "linear");
  if (type === "yarn") return yarn(raw, key);
  if (type !== "none" && type !== "linear") throw raw.fail(key("scaling.type"), "is not none, linear or yarn");
  // llama.cpp multiplies by it whatever the kind is.
  for (const name of ["scaling.attn_factor", "scaling.yarn_attn_factor"]) raw.only(key(name), 1);
  const factor = type === "none" ? 1 : stretch(raw, key);
  return factor === 1 ? null : { rope_type: "linear", factor };
}

/** By how much positions are stretched: llama.cpp takes 0 as 1, and the name that the key had before there were kinds if there is no other. */
function stretch(raw: ConfigReader, key: (name: string) => string): number {
  const name = key(raw.has(key("scaling.factor")) ? "scaling.factor" : "scale_linear");
  return raw.number(name, 0) === 0 ? 1 : raw.positive(name);
}

function yarn(raw: ConfigReader, key: (name: string) => string): Readonly<Record<string, unknown>> {
  const factor = raw.positive(key("scaling.factor"));
  raw.only(key("scaling.yarn_ext_factor"), 1);
  raw.only(key("scaling.yarn_log_multiplier"), 0);
  // llama.cpp multiplies the paper's multiplier (equation 22) by this.
  const named = key(raw.has(key("scaling.yarn_attn_factor")) ? "scaling.yarn_attn_factor" : "scaling.attn_factor");
  const multiplier = raw.positive(named, 1);
  return {
    rope_type: "yarn",
    factor,
    original_max_position_embeddings: raw.size(key("scaling.original_context_length")),
    beta_fast: raw.number(key("scaling.yarn_beta_fast"), 32),
    beta_slow: raw.number(key("scaling.yarn_beta_slow"), 1),
    attention_factor: multiplier * (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1),
  };
}
