import { PatchableModel, type PromptPair } from "@autocircuit/core";
import { Tensor, Transformer, type TransformerConfig } from "@autocircuit/native";

const base: TransformerConfig = {
  ...{ layers: 2, dModel: 8, heads: 4, kvHeads: 4, dHead: 4, dMlp: 12, dVocab: 11, dVocabOut: 11, context: 8 },
  ...{ norm: "layer", eps: 1e-5, attnOnly: false, parallel: false, causal: true, attnScale: 2 },
  ...{ positions: "learned", activation: "gelu", gated: false },
};
const frequencies = [[1, 0.1]];
const rotary: Partial<TransformerConfig> = {
  norm: "rms",
  positions: "rotary",
  rotary: { dim: 4, interleaved: false, frequencies },
  activation: "silu",
  gated: true,
};

/** What tells architectures apart, each in a small network: the changes to two blocks of four heads. */
export const architectures: Readonly<Record<string, { config: Partial<TransformerConfig>; postNorms?: boolean }>> = {
  "GPT-2": { config: {} },
  "no norm, attention alone": { config: { norm: "none", attnOnly: true, dMlp: 0 } },
  "not causal, as compiled programs": { config: { norm: "none", causal: false, activation: "relu" } },
  "GPT-NeoX": {
    config: { parallel: true, positions: "rotary", rotary: { dim: 2, interleaved: false, frequencies: [[1]] } },
  },
  "GPT-Neo": { config: { window: [0, 2], attnScale: 1 } },
  Llama: { config: { ...rotary, kvHeads: 2 } },
  Qwen3: { config: { ...rotary, kvHeads: 1, qkNorm: "head" } },
  "OLMo 2": { config: { ...rotary, preNorm: false, qkNorm: "full" }, postNorms: true },
  "Gemma 2": {
    config: { ...rotary, kvHeads: 2, window: [2, 0], attnSoftcap: 2, finalSoftcap: 5, activation: "gelu_new" },
    postNorms: true,
  },
};

/** A network with irregular weights, large enough that its softmax is not nearly linear. */
export function architecture(name: string, dtype: "float32" | "float64" = "float64"): PatchableModel {
  const { config: changes, postNorms = false } = architectures[name]!;
  const config = { ...base, ...changes };
  const { layers, dModel, heads, kvHeads, dHead, dMlp, context, dVocab, dVocabOut } = config;
  let count = name.length;
  const weight = (...shape: number[]): Tensor => {
    const size = shape.reduce((product, side) => product * side, 1);
    return Tensor.from(
      Float64Array.from({ length: size }, () => Math.sin(++count * 1.7 + Math.cos(count * 0.37)) * 0.9),
      { shape, dtype },
    );
  };
  const weights: Record<string, Tensor> = {
    "embed.W_E": weight(dVocab, dModel),
    ...(config.positions === "learned" && { "pos_embed.W_pos": weight(context, dModel) }),
    "unembed.W_U": weight(dModel, dVocabOut),
  };
  for (let layer = 0; layer < layers; layer++) {
    const of = (rest: Record<string, Tensor>) => {
      for (const [name, tensor] of Object.entries(rest)) weights[`blocks.${layer}.${name}`] = tensor;
    };
    if (config.norm !== "none") of({ "ln1.w": weight(dModel) });
    if (postNorms) of({ "ln1_post.w": weight(dModel), "ln2_post.w": weight(dModel) });
    of({ "attn.W_Q": weight(heads, dModel, dHead), "attn.W_K": weight(kvHeads, dModel, dHead) });
    of({ "attn.W_V": weight(kvHeads, dModel, dHead), "attn.b_V": weight(kvHeads, dHead) });
    of({ "attn.W_O": weight(heads, dHead, dModel), ...(!postNorms && { "attn.b_O": weight(dModel) }) });
    if (config.qkNorm)
      of({
        "attn.q_norm.w": weight(config.qkNorm === "full" ? heads * dHead : dHead),
        "attn.k_norm.w": weight(config.qkNorm === "full" ? kvHeads * dHead : dHead),
      });
    if (config.attnOnly) continue;
    of({ "mlp.W_in": weight(dModel, dMlp), "mlp.b_in": weight(dMlp), "mlp.W_out": weight(dMlp, dModel) });
    if (config.gated) of({ "mlp.W_gate": weight(dModel, dMlp) });
  }
  const transformer = Transformer.create(config, weights, { dtype });
  for (const tensor of Object.values(weights)) tensor.dispose();
  return new PatchableModel({ transformer, dtype });
}

/** Prompt pairs of six, four, six and five tokens. */
export const unequalPairs: readonly PromptPair[] = [6, 4, 6, 5].map((length, i) => {
  const token = (place: number, side: number) => (place * place * 3 + 5 * i + 7 * side * (place + 1)) % base.dVocab;
  const tokens = (side: number) => Array.from({ length }, (_, place) => token(place, side));
  return { clean: tokens(0), corrupt: tokens(1), answers: [(i * 4) % 11], wrongAnswers: [(i * 4 + 3) % 11] };
});
