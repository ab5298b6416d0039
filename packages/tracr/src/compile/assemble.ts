import type { Allocation, Layer } from "./allocate.ts";
import type { AttentionHead } from "./block.ts";
import { one } from "./direction.ts";
import type { Settings } from "./options.ts";
import { checkValueWidths, type ModelSpaces } from "./residual.ts";
import { type ModelWeights, setAt, type WeightArray, zeros } from "./weights.ts";

/** Sizes of a compiled model. No layer norm, relu MLPs, learned positions, scores divided by sqrt(dHead). */
export interface ModelConfig {
  readonly layers: number;
  readonly heads: number;
  readonly dModel: number;
  readonly dHead: number;
  readonly dMlp: number;
  /** Positions, BOS included: maxSeqLen + 1. */
  readonly context: number;
  readonly dVocab: number;
  readonly dVocabOut: number;
  readonly causal: boolean;
}

/** The sizes that the allocated blocks need. */
export function modelConfig({ layers }: Allocation, spaces: ModelSpaces, settings: Settings): ModelConfig {
  const heads = layers.flatMap((layer) => layer.heads);
  const widths = heads.map(({ head }) => Math.max(head.query.size, head.key.size));
  const outputs = heads.map(({ node, head }) => ({ label: node.label, width: head.output.size }));
  // tracr forgets the values when it sizes heads, and fails where they are wider than queries and keys.
  if (settings.mode === "corrected") widths.push(...outputs.map(({ width }) => width));
  const dHead = Math.max(1, ...widths);
  checkValueWidths(outputs, dHead);
  return {
    layers: layers.length,
    heads: Math.max(1, ...layers.map((layer) => layer.heads.length)),
    dModel: spaces.residual.size,
    dHead,
    dMlp: Math.max(1, ...layers.map(({ mlp }) => mlp?.hidden.size ?? 0)),
    context: settings.maxSeqLen + 1,
    dVocab: spaces.tokens.size,
    dVocabOut: spaces.output.size,
    causal: settings.causal,
  };
}

/** Fills the dense weight matrices. */
export function assembleWeights(
  { layers }: Allocation,
  spaces: ModelSpaces,
  config: ModelConfig,
  settings: Settings,
): ModelWeights {
  const weights: Record<string, WeightArray> = { ...embeddings(spaces, config) };
  // Cancels the division by sqrt(dHead), so that the softmax is equally sharp in wide heads.
  const sharpness = settings.mode === "corrected" ? Math.sqrt(config.dHead) : 1;
  layers.forEach((layer, l) => {
    for (const [name, array] of Object.entries(attentionWeights(layer, spaces, config, sharpness))) {
      weights[`blocks.${l}.attn.${name}`] = array;
    }
    for (const [name, array] of Object.entries(mlpWeights(layer, spaces, config))) {
      weights[`blocks.${l}.mlp.${name}`] = array;
    }
  });
  const unembed = zeros(config.dModel, config.dVocabOut);
  spaces.residual.indicesOf(spaces.output).forEach((d, j) => {
    setAt(unembed, [d, j], 1);
  });
  weights["unembed.W_U"] = unembed;
  weights["unembed.b_U"] = zeros(config.dVocabOut);
  return weights;
}

function embeddings(
  { residual, tokens, indices }: ModelSpaces,
  { dVocab, dModel, context }: ModelConfig,
): ModelWeights {
  const embed = zeros(dVocab, dModel);
  const constant = residual.find(one);
  residual.indicesOf(tokens).forEach((d, id) => {
    setAt(embed, [id, d], 1);
    if (constant >= 0) setAt(embed, [id, constant], 1);
  });
  const positions = zeros(context, dModel);
  residual.indicesOf(indices).forEach((d, i) => {
    setAt(positions, [i + 1, d], 1);
  });
  return { "embed.W_E": embed, "pos_embed.W_pos": positions };
}

function attentionWeights(
  layer: Layer,
  { residual }: ModelSpaces,
  config: ModelConfig,
  sharpness: number,
): ModelWeights {
  const { heads, dModel, dHead } = config;
  const weights = {
    W_Q: zeros(heads, dModel, dHead),
    W_K: zeros(heads, dModel, dHead),
    W_V: zeros(heads, dModel, dHead),
    W_O: zeros(heads, dHead, dModel),
    b_Q: zeros(heads, dHead),
    b_K: zeros(heads, dHead),
    b_V: zeros(heads, dHead),
    b_O: zeros(dModel),
  };
  layer.heads.forEach(({ head }, h) => {
    const at = (space: keyof Pick<AttentionHead, "query" | "key" | "value" | "output">) =>
      residual.indicesOf(head[space]);
    // The whole bilinear form sits in W_Q, and the whole value map in W_V; W_K and W_O only select.
    at("query").forEach((d, q) => {
      for (let k = 0; k < head.key.size; k++) setAt(weights.W_Q, [h, d, k], head.qk.get(q, k) * sharpness);
    });
    at("key").forEach((d, k) => {
      setAt(weights.W_K, [h, d, k], 1);
    });
    at("value").forEach((d, v) => {
      for (let o = 0; o < head.output.size; o++) setAt(weights.W_V, [h, d, o], head.ov.get(v, o));
    });
    at("output").forEach((d, o) => {
      setAt(weights.W_O, [h, o, d], 1);
    });
  });
  return weights;
}

function mlpWeights({ mlp }: Layer, { residual }: ModelSpaces, { dModel, dMlp }: ModelConfig): ModelWeights {
  const weights = { W_in: zeros(dModel, dMlp), b_in: zeros(dMlp), W_out: zeros(dMlp, dModel), b_out: zeros(dModel) };
  if (mlp === null) return weights;
  residual.indicesOf(mlp.input).forEach((d, i) => {
    for (let j = 0; j < mlp.hidden.size; j++) setAt(weights.W_in, [d, j], mlp.first.get(i, j));
  });
  residual.indicesOf(mlp.output).forEach((d, o) => {
    for (let j = 0; j < mlp.hidden.size; j++) setAt(weights.W_out, [j, d], mlp.second.get(j, o));
  });
  return weights;
}
