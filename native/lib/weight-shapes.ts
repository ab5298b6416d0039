import type { TransformerConfig } from "./transformer-config.ts";

/** What a weight must look like. */
export interface WeightShape {
  shape: readonly number[];
  required: boolean;
}

/**
 * Every weight a configuration can have, by TransformerLens name. Vectors that add or scale are optional; matrices are
 * not.
 */
export function weightShapes(config: TransformerConfig): Map<string, WeightShape> {
  const { layers, dModel, dVocab, dVocabOut, context } = config;
  const all = new Map<string, WeightShape>();
  all.set("embed.W_E", matrix(dVocab, dModel));
  if (config.positions === "learned") {
    all.set("pos_embed.W_pos", matrix(context + (config.positionOffset ?? 0), dModel));
  }
  for (let block = 0; block < layers; block++) {
    for (const [name, weight] of blockShapes(config)) all.set(`blocks.${block}.${name}`, weight);
  }
  addNorm(all, "ln_final", dModel);
  all.set("unembed.W_U", matrix(dModel, dVocabOut));
  all.set("unembed.b_U", vector(dVocabOut));
  return all;
}

function blockShapes(config: TransformerConfig): Map<string, WeightShape> {
  const { dModel, heads, kvHeads, dHead, dMlp } = config;
  const block = new Map<string, WeightShape>();
  addNorm(block, "ln1", dModel);
  addNorm(block, "ln1_post", dModel);
  for (const [letter, count] of [
    ["Q", heads],
    ["K", kvHeads],
    ["V", kvHeads],
  ] as const) {
    block.set(`attn.W_${letter}`, matrix(count, dModel, dHead));
    block.set(`attn.b_${letter}`, vector(count, dHead));
  }
  block.set("attn.W_O", matrix(heads, dHead, dModel));
  block.set("attn.b_O", vector(dModel));
  if (config.qkNorm !== undefined) {
    const full = config.qkNorm === "full";
    block.set("attn.q_norm.w", matrix(full ? heads * dHead : dHead));
    block.set("attn.k_norm.w", matrix(full ? kvHeads * dHead : dHead));
  }
  if (config.attnOnly) return block;
  addNorm(block, "ln2", dModel);
  addNorm(block, "ln2_post", dModel);
  block.set("mlp.W_in", matrix(dModel, dMlp));
  block.set("mlp.b_in", vector(dMlp));
  if (config.gated) {
    block.set("mlp.W_gate", matrix(dModel, dMlp));
    block.set("mlp.b_gate", vector(dMlp));
  }
  block.set("mlp.W_out", matrix(dMlp, dModel));
  block.set("mlp.b_out", vector(dModel));
  return block;
}

function addNorm(weights: Map<string, WeightShape>, name: string, size: number): void {
  weights.set(`${name}.w`, vector(size));
  weights.set(`${name}.b`, vector(size));
}

function matrix(...shape: number[]): WeightShape {
  return { shape, required: true };
}

function vector(...shape: number[]): WeightShape {
  return { shape, required: false };
}
