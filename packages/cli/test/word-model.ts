import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { type HostTensor, writeSafetensors } from "@autocircuit/models";

const NAMES = ["Mary", "John", "Tom", "Anna", "Paul", "James", "Sarah"];
const WORDS = "When and went to the gave a store garden house ring kiss drink said Then".split(" ");
const [layers, heads, headSize] = [3, 2, 4] as const;

/**
 * Writes a random model of Llama's architecture, 3 blocks of 2 heads, whose vocabulary has the bytes, some words and some names as one
 * token each.
 *
 * @returns the folder
 */
export async function wordModel(folder: string, { names = NAMES } = {}): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const { json, size } = tokenizer(names);
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  const width = heads * headSize;
  const config = { model_type: "llama", hidden_size: width, intermediate_size: 12, num_hidden_layers: layers };
  const rest = { num_attention_heads: heads, num_key_value_heads: 1, rms_norm_eps: 1e-5, vocab_size: size };
  const last = { max_position_embeddings: 64, hidden_act: "silu", tie_word_embeddings: true, rope_theta: 10000 };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, ...rest, ...last }));
  const random = new MersenneTwister(5);
  const tensors: Record<string, HostTensor> = {};
  const add = (name: string, ...shape: number[]) => {
    const count = shape.reduce((product, side) => product * side, 1);
    const data = Float32Array.from({ length: count }, () => (shape.length === 1 ? 1 : random.next() / 2 ** 31 - 1));
    tensors[`model.${name}`] = { dtype: "F32", shape, data };
  };
  add("embed_tokens.weight", size, width);
  add("norm.weight", width);
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string) => `layers.${layer}.${name}.weight`;
    add(at("input_layernorm"), width);
    add(at("post_attention_layernorm"), width);
    for (const [part, rows] of [
      ["q", width],
      ["k", headSize],
      ["v", headSize],
      ["o", width],
    ] as const)
      add(at(`self_attn.${part}_proj`), rows, width);
    for (const part of ["gate", "up"]) add(at(`mlp.${part}_proj`), 12, width);
    add(at("mlp.down_proj"), width, 12);
  }
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  return folder;
}

/** Byte-level BPE that joins the letters of each word, with the space before it, from the left. */
function tokenizer(names: readonly string[]) {
  let next = 256;
  const visible = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
  const space = tokens[32]!;
  const merges: [string, string][] = [];
  // The first word of a text has no space before it.
  for (const word of [...[...names, ...WORDS].map((word) => space + word), "When", "Then"]) {
    const letters = [...word];
    letters.slice(1).reduce((before, letter) => {
      if (!tokens.includes(before + letter)) {
        tokens.push(before + letter);
        merges.push([before, letter]);
      }
      return before + letter;
    }, letters[0]!);
  }
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const json = {
    ...{ version: "1.0", added_tokens: [], normalizer: null, pre_tokenizer: byteLevel, post_processor: null },
    decoder: byteLevel,
    model: { type: "BPE", vocab, merges: merges.map((pair) => pair.join(" ")), byte_fallback: false },
  };
  return { json, size: tokens.length };
}
