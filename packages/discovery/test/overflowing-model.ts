import { MersenneTwister } from "@autocircuit/base";
import { PatchableModel, PromptLoader, type PromptPair } from "@autocircuit/core";
import { setThreads, Tensor, Transformer, type TransformerConfig } from "@autocircuit/native";

await setThreads(1);

const config: TransformerConfig = {
  layers: 1,
  dModel: 8,
  heads: 2,
  kvHeads: 2,
  dHead: 4,
  dMlp: 0,
  dVocab: 12,
  dVocabOut: 12,
  context: 5,
  norm: "none",
  eps: 1e-5,
  attnOnly: true,
  parallel: false,
  causal: true,
  attnScale: 2,
  positions: "learned",
  activation: "relu",
  gated: false,
};

/** Token whose embedding is so large that float32 overflows behind it; the others give usual numbers. */
export const LARGE = 11;

/** A model of finite weights that gives NaN for every prompt with {@link LARGE}, and numbers for all others. */
export function overflowingModel(): PatchableModel {
  const random = new MersenneTwister(7);
  const weight = (...shape: number[]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return Tensor.from(
      Float32Array.from({ length: size }, () => random.next() / 2 ** 31 - 1),
      { shape },
    );
  };
  const embedding = Float32Array.from(
    { length: 12 * 8 },
    (_, cell) => (cell < LARGE * 8 ? 1 : 1e30) * (random.next() / 2 ** 31 - 1),
  );
  const weights = {
    "embed.W_E": Tensor.from(embedding, { shape: [12, 8] }),
    "pos_embed.W_pos": weight(5, 8),
    "blocks.0.attn.W_Q": weight(2, 8, 4),
    "blocks.0.attn.W_K": weight(2, 8, 4),
    "blocks.0.attn.W_V": weight(2, 8, 4),
    "blocks.0.attn.W_O": weight(2, 4, 8),
    "unembed.W_U": weight(8, 12),
  };
  return new PatchableModel({ transformer: Transformer.create(config, weights), seqLen: 5 });
}

/** Six prompt pairs in batches of two; the fourth has {@link LARGE} on the side that is named. */
export function prompts(side: "clean" | "corrupt" | "neither"): PromptLoader {
  const random = new MersenneTwister(3);
  const pairs = Array.from({ length: 6 }, (_, number): PromptPair => {
    const clean = Array.from({ length: 5 }, () => random.below(LARGE));
    const corrupt = clean.map((id) => (id + 1) % LARGE);
    if (number === 3 && side !== "neither") (side === "clean" ? clean : corrupt)[4] = LARGE;
    return { clean, corrupt, answers: Array.from({ length: 12 }, (_, id) => id), wrongAnswers: [2] };
  });
  return new PromptLoader(pairs, { batchSize: 2 });
}
