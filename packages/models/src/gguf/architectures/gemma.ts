import type { ConfigReader } from "../../config-reader.ts";
import type { GgufFile } from "../gguf-file.ts";
import type { Architecture, Change } from "./architecture.ts";
import { GATED_PARTS, gatedConfig, slidingWindow, storedGated } from "./gated-decoder.ts";

/** Four norms a block. */
const PARTS = {
  ...GATED_PARTS,
  post_attention_layernorm: "post_attention_norm",
  pre_feedforward_layernorm: "ffn_norm",
  post_feedforward_layernorm: "post_ffw_norm",
};

/** `transformers` has the weights of Gemma's norms less one, llama.cpp as they are. */
function change(name: string): Change | undefined {
  return name.endsWith("norm.weight") ? { restore: (stored) => stored.sub(1) } : undefined;
}

/** Gemma 2. */
export const gemma2: Architecture = {
  name: "gemma2",
  config(file) {
    const raw = file.metadata;
    return {
      ...gemmaConfig(file, "gemma2", 46),
      model_type: "gemma2",
      sliding_window: raw.number("gemma2.attention.sliding_window", 4096),
      attn_logit_softcapping: raw.number("gemma2.attn_logit_softcapping", 50),
      final_logit_softcapping: raw.number("gemma2.final_logit_softcapping", 30),
    };
  },
  stored: (name) => storedGated(name, PARTS),
  change,
};

/** The text model of Gemma 3. Ollama's files have keys of their own for its two sets of rotary positions. */
export const gemma3: Architecture = {
  name: "gemma3",
  config(file) {
    const raw = file.metadata;
    const config = gemmaConfig(file, "gemma3", 62);
    const window = slidingWindow(raw, "gemma3");
    return {
      ...config,
      model_type: "gemma3_text",
      rope_theta: raw.positive(given(raw, "gemma3.rope.freq_base", "gemma3.rope.global.freq_base"), 1e6),
      rope_local_base_freq: raw.positive(given(raw, "gemma3.rope.freq_base_swa", "gemma3.rope.local.freq_base"), 1e4),
      attn_logit_softcapping: raw.raw("gemma3.attn_logit_softcapping") ?? null,
      final_logit_softcapping: raw.raw("gemma3.final_logit_softcapping") ?? null,
      ...(window > 0 ? { sliding_window: window } : { sliding_window_pattern: 1 }),
    };
  },
  stored: (name) => storedGated(name, PARTS),
  change,
};

/** The first of two keys, unless only the second is there. */
function given(raw: ConfigReader, key: string, other: string): string {
  return raw.has(key) || !raw.has(other) ? key : other;
}

/**
 * @param largest blocks of the 27B model, whose scores are scaled by the width of the model over its heads. The file does not say it;
 *   llama.cpp tells by the number of blocks too.
 */
function gemmaConfig(file: GgufFile, name: string, largest: number): Readonly<Record<string, unknown>> {
  const raw = file.metadata;
  const config = gatedConfig(file, name);
  const { num_hidden_layers: layers, hidden_size: width, num_attention_heads: heads, head_dim } = config;
  const usual = layers === largest ? (width as number) / (heads as number) : head_dim;
  const scale = raw.number(`${name}.attention.scale`, 0);
  return { ...config, query_pre_attn_scalar: scale > 0 ? scale ** -2 : usual, ...layerPattern(raw, name) };
}

/** Which blocks have a window, where the file says it: one of so many has none, or a list. */
function layerPattern(raw: ConfigReader, name: string): Readonly<Record<string, unknown>> {
  const key = `${name}.attention.sliding_window_pattern`;
  const pattern = raw.raw(key);
  if (pattern === undefined) return {};
  if (pattern instanceof Uint8Array)
    return { layer_types: Array.from(pattern, (slides) => (slides ? "sliding_attention" : "full_attention")) };
  const every = raw.size(key);
  if (name === "gemma2" && every !== 2) throw raw.fail(key, "is not what Gemma 2 has: a window in every other block");
  return name === "gemma2" ? {} : { sliding_window_pattern: every };
}
