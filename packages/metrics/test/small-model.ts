import { PatchableModel } from "@autocircuit/core";
import { Tensor, Transformer } from "@autocircuit/native";

/** One layer of one head on four tokens, which gives logits of as many, or numbers. */
export function smallModel({ dVocabOut = 4 } = {}): PatchableModel {
  const weight = (phase: number, ...shape: number[]): Tensor => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return Tensor.from(
      Float32Array.from({ length: size }, (_, index) => Math.sin(phase + 2.3 * index)),
      { shape },
    );
  };
  const transformer = Transformer.create(
    {
      layers: 1,
      dModel: 4,
      heads: 1,
      kvHeads: 1,
      dHead: 2,
      dMlp: 0,
      dVocab: 4,
      dVocabOut,
      context: 3,
      norm: "none",
      eps: 1e-5,
      attnOnly: true,
      parallel: false,
      causal: true,
      attnScale: Math.SQRT2,
      positions: "learned",
      activation: "relu",
      gated: false,
    },
    {
      "embed.W_E": weight(1, 4, 4),
      "pos_embed.W_pos": weight(2, 3, 4),
      "blocks.0.attn.W_Q": weight(3, 1, 4, 2),
      "blocks.0.attn.W_K": weight(4, 1, 4, 2),
      "blocks.0.attn.W_V": weight(5, 1, 4, 2),
      "blocks.0.attn.W_O": weight(6, 1, 2, 4),
      "unembed.W_U": weight(7, 4, dVocabOut),
    },
  );
  return new PatchableModel({ transformer });
}
