import type { ConfigReader } from "../config-reader.ts";

/**
 * `rope_scaling` as `config.json` would have it. What Llama 3.1 does to its frequencies is not said here: it lies among the tensors, as
 * `rope_freqs.weight`.
 *
 * @throws AutocircuitError `bad-file` for a kind of scaling that is not known
 */
export function ropeScaling(raw: ConfigReader, architecture: string): Readonly<Record<string, unknown>> | null {
  const key = (name: string) => `${architecture}.rope.${name}`;
  // What files said before there were kinds.
  const older = raw.number(key("scale_linear"), 1);
  const type = raw.string(key("scaling.type"), older === 1 ? "none" : "linear");
  switch (type) {
    case "none":
      return null;
    case "linear":
      return { rope_type: "linear", factor: raw.number(key("scaling.factor"), older) };
    case "yarn":
      return yarn(raw, key);
    default:
      throw raw.fail(key("scaling.type"), "is not none, linear or yarn");
  }
}

function yarn(raw: ConfigReader, key: (name: string) => string): Readonly<Record<string, unknown>> {
  const factor = raw.number(key("scaling.factor"));
  raw.only(key("scaling.yarn_ext_factor"), 1);
  raw.only(key("scaling.yarn_log_multiplier"), 0);
  // llama.cpp multiplies the paper's multiplier (equation 22) by this.
  const multiplier = raw.number(key("scaling.yarn_attn_factor"), raw.number(key("scaling.attn_factor"), 1));
  return {
    rope_type: "yarn",
    factor,
    original_max_position_embeddings: raw.size(key("scaling.original_context_length")),
    beta_fast: raw.number(key("scaling.yarn_beta_fast"), 32),
    beta_slow: raw.number(key("scaling.yarn_beta_slow"), 1),
    attention_factor: multiplier * (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1),
  };
}
