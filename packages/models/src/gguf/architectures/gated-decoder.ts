import { badFile, counted, sayOnce, shownValue } from "@autocircuit/base";
import type { ConfigReader } from "../../config-reader.ts";
import type { GgufFile } from "../gguf-file.ts";
import { rotaryScaling } from "../rotary-scaling.ts";
import { storedInBlock } from "./architecture.ts";

/** The embedding; as wide as the model, with one row a token. */
export const EMBEDDING = "token_embd.weight";
const UNEMBEDDING = "output.weight";

/** Parts of a block that all descendants of Llama have. */
export const GATED_PARTS: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

const OUTER: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": EMBEDDING,
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": UNEMBEDDING,
};

/** The stored name of a weight of Llama or one of its descendants. */
export function storedGated(name: string, parts: Readonly<Record<string, string>> = GATED_PARTS): string {
  return OUTER[name] ?? storedInBlock(name, /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/, parts);
}

/** What some models of these names have and this engine does not do, with the values that change nothing. */
const NOT_DONE: Readonly<Record<string, readonly unknown[]>> = {
  "attention.causal": [true],
  "attention.clamp_kqv": [0],
  "attention.max_alibi_bias": [0],
  "attention.temperature_scale": [0],
  expert_count: [0],
  embedding_scale: [0, 1],
  residual_scale: [0, 1],
  logit_scale: [0, 1],
};

/**
 * What only Gemma has.
 *
 * @throws AutocircuitError `bad-file` where another model has it
 */
export function refuseGemmas(raw: ConfigReader, architecture: string): void {
  for (const name of ["attention.scale", "attn_logit_softcapping", "final_logit_softcapping"])
    raw.only(`${architecture}.${name}`, 0);
}

/** Positions that a window lets attention see; 0 where there is none. */
export function slidingWindow(raw: ConfigReader, architecture: string): number {
  const key = `${architecture}.attention.sliding_window`;
  return raw.number(key, 0) <= 0 ? 0 : raw.size(key);
}

/** What the configurations of Llama and its descendants say in common. */
export function gatedConfig(file: GgufFile, architecture: string): Readonly<Record<string, unknown>> {
  const raw = file.metadata;
  const key = (name: string) => `${architecture}.${name}`;
  const heads = raw.size(key("attention.head_count"));
  const dModel = raw.size(key("embedding_length"));
  const width = key("attention.key_length");
  if (!raw.has(width) && dModel % heads !== 0)
    throw raw.fail(
      key("attention.head_count"),
      `does not divide \`${key("embedding_length")}\`, ${dModel}, and no \`${width}\` says how wide a head is`,
    );
  const dHead = raw.size(width, dModel / heads);
  for (const other of ["attention.value_length", "attention.key_length_swa", "attention.value_length_swa"])
    raw.only(key(other), dHead);
  for (const turned of ["rope.dimension_count", "rope.dimension_count_swa"]) raw.only(key(turned), dHead);
  for (const [name, nothing] of Object.entries(NOT_DONE)) raw.only(key(name), ...nothing);
  return {
    vocab_size: vocabulary(file),
    hidden_size: dModel,
    intermediate_size: raw.size(key("feed_forward_length")),
    num_hidden_layers: raw.size(key("block_count")),
    num_attention_heads: heads,
    num_key_value_heads: raw.size(key("attention.head_count_kv"), heads),
    head_dim: dHead,
    max_position_embeddings: raw.size(key("context_length")),
    rms_norm_eps: raw.epsilon(key("attention.layer_norm_rms_epsilon")),
    rope_theta: raw.positive(key("rope.freq_base"), 10_000),
    rope_scaling: rotaryScaling(raw, architecture),
    tie_word_embeddings: !file.tensors.has(UNEMBEDDING),
  };
}

/**
 * Rows of the embedding: models whose vocabulary is padded have more than their tokenizer has tokens.
 *
 * @throws AutocircuitError `bad-file` where the unembedding has another number of them
 */
export function vocabulary(file: GgufFile): number {
  const embedding = file.tensors.get(EMBEDDING);
  if (!embedding) throw badFile(file.path, `lacks the tensor ${EMBEDDING} that every model has.`);
  const [rows = 0] = embedding.shape;
  if (embedding.shape.length !== 2 || rows === 0)
    throw badFile(file.path, `${EMBEDDING} has shape [${embedding.shape.join(", ")}] instead of tokens and width.`);
  const tokens = file.metadata.strings("tokenizer.ggml.tokens")?.length;
  const listed = tokens === undefined ? "" : `; the tokenizer has ${counted(tokens, "token")}`;
  const unembedding = file.tensors.get(UNEMBEDDING)?.shape[0];
  if (unembedding !== undefined && unembedding !== rows)
    throw badFile(
      file.path,
      `${EMBEDDING} has ${counted(rows, "row")} and ${UNEMBEDDING} ${unembedding}: both must have one for each token${listed}.`,
    );
  noteVocabulary(file, rows, tokens);
  return rows;
}

/** Says where the number of tokens that a file gives is not that of its embedding and its tokenizer. */
function noteVocabulary({ metadata, path }: GgufFile, rows: number, tokens: number | undefined): void {
  const key = `${metadata.string("general.architecture", "llama")}.vocab_size`;
  const said = metadata.raw(key);
  if (said === undefined || (said === rows && said === (tokens ?? rows))) return;
  const listed = tokens === undefined ? "" : ` and the tokenizer ${counted(tokens, "token")}`;
  sayOnce(
    `${path}: \`${key}\` is ${shownValue(said)}, but ${EMBEDDING} has ${counted(rows, "row")}${listed}: the embedding's rows count`,
  );
}
