import { readFileSync } from "node:fs";
import { readConfig } from "../src/read-config.ts";
import { decode } from "../src/safetensors/decode.ts";
import { SafetensorsFile } from "../src/safetensors/safetensors-file.ts";
import { bool, f32, floats, type GgufValue, ggufBytes, numbers, u32, type WrittenTensor } from "./gguf-bytes.ts";

type Config = Readonly<Record<string, unknown>>;

/** llama.cpp's name of each `model_type`. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  gpt2: "gpt2",
  llama: "llama",
  mistral: "llama",
  qwen2: "qwen2",
  qwen3: "qwen3",
  gemma2: "gemma2",
  gemma3_text: "gemma3",
};

/** What parts of names become, one after the other. */
const NAMES: readonly [RegExp, string][] = [
  [/^(model\.embed_tokens|transformer\.wte)\./, "token_embd."],
  [/^transformer\.wpe\./, "position_embd."],
  [/^lm_head\./, "output."],
  [/^(model\.norm|transformer\.ln_f)\./, "output_norm."],
  [/^(model\.layers|transformer\.h)\./, "blk."],
  [/\.self_attn\.([qkv])_proj\./, ".attn_$1."],
  [/\.self_attn\.([qk])_norm\./, ".attn_$1_norm."],
  [/\.self_attn\.o_proj\./, ".attn_output."],
  [/\.mlp\.(gate|up|down)_proj\./, ".ffn_$1."],
  [/\.attn\.c_attn\./, ".attn_qkv."],
  [/\.attn\.c_proj\./, ".attn_output."],
  [/\.mlp\.c_fc\./, ".ffn_up."],
  [/\.mlp\.c_proj\./, ".ffn_down."],
  [/\.(input_layernorm|ln_1)\./, ".attn_norm."],
  [/\.ln_2\./, ".ffn_norm."],
];
/** Norms around the MLP have the same names for different things. */
const LLAMA_NORMS: readonly [RegExp, string][] = [[/\.post_attention_layernorm\./, ".ffn_norm."]];
const GEMMA_NORMS: readonly [RegExp, string][] = [
  [/\.post_attention_layernorm\./, ".post_attention_norm."],
  [/\.pre_feedforward_layernorm\./, ".ffn_norm."],
  [/\.post_feedforward_layernorm\./, ".post_ffw_norm."],
];

/**
 * A folder of `transformers` as a GGUF file, with float32 weights, as llama.cpp's converter writes it.
 *
 * @param more further metadata, such as a tokenizer
 */
export async function ggufOfFolder(folder: string, more: Readonly<Record<string, GgufValue>> = {}): Promise<Buffer> {
  const config = JSON.parse(readFileSync(`${folder}/config.json`, "utf8")) as Config;
  const type = String(config.model_type);
  const architecture = ARCHITECTURES[type]!;
  const norms = type.startsWith("gemma") ? GEMMA_NORMS : LLAMA_NORMS;
  await using file = await SafetensorsFile.open(`${folder}/model.safetensors`);
  const tensors: WrittenTensor[] = [];
  for (const { name, shape, dtype } of file.tensors.values()) {
    const stored = [...NAMES, ...norms].reduce((text, [from, to]) => text.replace(from, to), name);
    const values = Float32Array.from(decode(await file.read(name), dtype) as Float64Array);
    tensors.push(converted(stored, shape, values, architecture, config));
  }
  const engine = await readConfig(folder);
  const factors = config.rope_scaling ? llamaFactors(config, engine.rotary?.frequencies[0] ?? []) : undefined;
  if (factors) tensors.push(floats("rope_freqs.weight", [factors.length], factors));
  const metadata = {
    "general.architecture": { type: "text", value: architecture } satisfies GgufValue,
    ...keys(architecture, config, type),
    ...more,
  };
  return ggufBytes(metadata, tensors);
}

function keys(architecture: string, config: Config, type: string): Record<string, GgufValue> {
  const at = (...names: string[]) => names.map((name) => config[name]).find((value) => value != null) as number;
  const heads = at("num_attention_heads", "n_head");
  const width = at("hidden_size", "n_embd");
  const values: Record<string, GgufValue> = {
    context_length: u32(at("max_position_embeddings", "n_positions")),
    embedding_length: u32(width),
    block_count: u32(at("num_hidden_layers", "n_layer")),
    feed_forward_length: u32(at("intermediate_size", "n_inner") ?? 4 * width),
    "attention.head_count": u32(heads),
  };
  if (type === "gpt2") values["attention.layer_norm_epsilon"] = f32(at("layer_norm_epsilon") ?? 1e-5);
  else {
    const rope = (config.rope_parameters ?? {}) as Record<string, Record<string, number> & number>;
    const dHead = at("head_dim") ?? width / heads;
    values["attention.head_count_kv"] = u32(at("num_key_value_heads"));
    values["attention.key_length"] = u32(dHead);
    values["attention.value_length"] = u32(dHead);
    values["rope.dimension_count"] = u32(dHead);
    values["attention.layer_norm_rms_epsilon"] = f32(at("rms_norm_eps") ?? 1e-6);
    values["rope.freq_base"] = f32(rope.rope_theta ?? rope.full_attention?.rope_theta ?? at("rope_theta") ?? 10_000);
    if (type === "gemma3_text" && at("rope_local_base_freq"))
      values["rope.freq_base_swa"] = f32(at("rope_local_base_freq"));
  }
  if (/gemma|mistral/.test(type) && at("sliding_window"))
    values["attention.sliding_window"] = u32(at("sliding_window"));
  if (type === "gemma3_text" && config.sliding_window_pattern) {
    const slides = Array.from(
      { length: at("num_hidden_layers") },
      (_, layer) => (layer + 1) % at("sliding_window_pattern"),
    );
    values["attention.sliding_window_pattern"] = numbers(
      "bool",
      slides.map((rest) => Number(rest !== 0)),
    );
  }
  if (type === "gemma2") {
    values.attn_logit_softcapping = f32(at("attn_logit_softcapping"));
    values.final_logit_softcapping = f32(at("final_logit_softcapping"));
  }
  if (type.startsWith("gemma") && at("query_pre_attn_scalar") !== at("head_dim"))
    values["attention.scale"] = f32(at("query_pre_attn_scalar") ** -0.5);
  const named = Object.entries(values).map(([key, value]) => [`${architecture}.${key}`, value] as const);
  return { ...Object.fromEntries(named), "general.use_mmap": bool(true) };
}

/** A tensor as the converter stores it. */
function converted(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  architecture: string,
  config: Config,
): WrittenTensor {
  if (architecture === "gpt2" && /(attn_qkv|attn_output|ffn_up|ffn_down)\.weight$/.test(name)) {
    const [rows, columns] = shape as [number, number];
    const turned = Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
    return floats(name, [columns, rows], turned);
  }
  if (architecture === "llama" && /attn_[qk]\.(weight|bias)$/.test(name)) {
    const heads = Number(name.includes("attn_q") ? config.num_attention_heads : config.num_key_value_heads);
    return floats(name, shape, neighbours(values, shape[0]! / heads, values.length / shape[0]!));
  }
  if (architecture.startsWith("gemma") && name.endsWith("norm.weight"))
    return floats(
      name,
      shape,
      values.map((value) => value + 1),
    );
  return floats(name, shape, values);
}

/** Rows of each head from two halves to pairs of neighbours. */
function neighbours(values: Float32Array, dHead: number, columns: number): Float32Array {
  return Float32Array.from(values, (_, i) => {
    const row = Math.floor(i / columns);
    const inHead = row % dHead;
    const from = row - inHead + (inHead % 2) * (dHead / 2) + Math.floor(inHead / 2);
    return values[from * columns + (i % columns)]!;
  });
}

/** What the plain frequencies are divided by. */
function llamaFactors(config: Config, scaled: readonly number[]): Float32Array {
  const theta = Number(config.rope_theta);
  return Float32Array.from(scaled, (frequency, i) => theta ** (-i / scaled.length) / frequency);
}
