import { type PatchGraph, Tensor, Transformer, type TransformerConfig, type Weights } from "../lib/index.ts";

/** Two blocks of two heads and an MLP, float64. */
export const smallConfig: TransformerConfig = {
  layers: 2,
  dModel: 6,
  heads: 2,
  kvHeads: 2,
  dHead: 3,
  dMlp: 8,
  dVocab: 7,
  dVocabOut: 5,
  context: 10,
  norm: "layer",
  eps: 1e-5,
  attnOnly: false,
  parallel: false,
  causal: true,
  attnScale: Math.sqrt(3),
  positions: "learned",
  activation: "gelu_new",
  gated: false,
};

const shapes: Record<string, number[]> = {
  "embed.W_E": [7, 6],
  "pos_embed.W_pos": [10, 6],
  "unembed.W_U": [6, 5],
  "unembed.b_U": [5],
  "ln_final.w": [6],
  "ln_final.b": [6],
};
for (const block of ["blocks.0", "blocks.1"]) {
  for (const norm of ["ln1", "ln2"])
    Object.assign(shapes, { [`${block}.${norm}.w`]: [6], [`${block}.${norm}.b`]: [6] });
  for (const letter of ["Q", "K", "V"]) {
    Object.assign(shapes, { [`${block}.attn.W_${letter}`]: [2, 6, 3], [`${block}.attn.b_${letter}`]: [2, 3] });
  }
  Object.assign(shapes, { [`${block}.attn.W_O`]: [2, 3, 6], [`${block}.attn.b_O`]: [6] });
  Object.assign(shapes, { [`${block}.mlp.W_in`]: [6, 8], [`${block}.mlp.b_in`]: [8] });
  Object.assign(shapes, { [`${block}.mlp.W_out`]: [8, 6], [`${block}.mlp.b_out`]: [6] });
}

/** Fixed, irregular numbers. */
export function smallWeights(): Record<string, Tensor> {
  let count = 0;
  const next = () => Math.sin(++count * 1.7) * 0.8;
  const made: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((a, b) => a * b, 1);
    made[name] = Tensor.from(Float64Array.from({ length: size }, next), { shape });
  }
  return made;
}

export function smallModel(changes: Partial<TransformerConfig> = {}, weights: Weights = smallWeights()): Transformer {
  return Transformer.create({ ...smallConfig, ...changes }, weights);
}

/** The factorised graph with separate queries, keys and values: 7 sources, 46 edges. */
export const smallGraph: PatchGraph = graph();

function graph(): PatchGraph {
  const groups: PatchGraph["groups"][number][] = [];
  let offset = 0;
  const add = (kind: PatchGraph["groups"][number]["kind"], block: number, heads: number, sourceCount: number) => {
    groups.push({ kind, block, heads, firstSource: 0, sourceCount, offset });
    offset += heads * sourceCount;
  };
  for (let block = 0; block < 2; block++) {
    const before = 1 + 3 * block;
    for (const kind of ["q", "k", "v"] as const) add(kind, block, 2, before);
    add("mlp", block, 1, before + 2);
  }
  add("end", 1, 1, 7);
  return { factorized: true, seqLen: 0, sourceCount: 7, edgeCount: offset, groups };
}

export function tokenTensor(rows: readonly (readonly number[])[]): Tensor {
  return Tensor.from(rows, { dtype: "int64" });
}

export async function largestDifference(a: Tensor, b: Tensor): Promise<number> {
  return a.sub(b).abs().max().item();
}
