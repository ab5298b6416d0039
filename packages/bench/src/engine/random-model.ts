import { PatchableModel, PromptLoader } from "@autocircuit/core";
import { scope, Tensor, Transformer, type TransformerConfig, type TransformerOptions } from "@autocircuit/native";
import { RandomValues } from "./random-values.ts";
import type { ModelSpec } from "./specs.ts";

/** Rows that embeddings are drawn from: a whole random vocabulary would only cost memory outside the engine. */
const DISTINCT_ROWS = 1024;

/** A randomly weighted model in the shape of GPT-2 (norms folded, `gelu_new`), with its output slice at the last position. */
export function randomModel(spec: ModelSpec, seed = 1, how: TransformerOptions = {}): PatchableModel {
  const config = configOf(spec);
  const transformer = scope(() => Transformer.create(config, randomWeights(config, new RandomValues(seed)), how));
  return new PatchableModel({ transformer, config, outputSlice: "last_seq" });
}

/** Random prompt pairs in one batch. */
export function randomPrompts(spec: ModelSpec, seed = 2): PromptLoader {
  const random = new RandomValues(seed);
  const tokens = () => random.integers(spec.seqLen, spec.vocab);
  const pairs = Array.from({ length: spec.promptCount }, () => ({
    clean: tokens(),
    corrupt: tokens(),
    answers: random.integers(1, spec.vocab),
    wrongAnswers: random.integers(1, spec.vocab),
  }));
  return new PromptLoader(pairs, { batchSize: spec.promptCount });
}

/** The configuration of a spec. */
export function configOf({ layers, heads, dModel, dMlp, vocab, seqLen }: ModelSpec): TransformerConfig {
  const dHead = dModel / heads;
  return {
    layers,
    heads,
    kvHeads: heads,
    dModel,
    dHead,
    dMlp,
    dVocab: vocab,
    dVocabOut: vocab,
    context: Math.max(seqLen, 64),
    norm: "layer",
    eps: 1e-5,
    attnOnly: dMlp === 0,
    parallel: false,
    causal: true,
    attnScale: Math.sqrt(dHead),
    positions: "learned",
    activation: "gelu_new",
    gated: false,
  };
}

/** Its weights, under the names of TransformerLens; the caller disposes them, or a scope does. */
export function randomWeights(config: TransformerConfig, random: RandomValues): Record<string, Tensor> {
  const { layers, heads, dModel, dHead, dMlp, dVocab, dVocabOut, context } = config;
  const tensor = (shape: number[], scale = 0.02) =>
    Tensor.from(
      random.normal(
        shape.reduce((a, b) => a * b, 1),
        scale,
      ),
      { shape },
    );
  const rows = Math.min(DISTINCT_ROWS, dVocab);
  const embedding = tensor([rows, dModel], 0.1).indexSelect(0, random.integers(dVocab, rows));
  const weights: Record<string, Tensor> = {
    "embed.W_E": embedding,
    "pos_embed.W_pos": tensor([context, dModel], 0.1),
    // As in GPT-2, one matrix for both.
    "unembed.W_U": embedding.transpose(0, 1),
    "unembed.b_U": tensor([dVocabOut]),
  };
  for (let l = 0; l < layers; l++) {
    for (const name of ["Q", "K", "V"]) {
      weights[`blocks.${l}.attn.W_${name}`] = tensor([heads, dModel, dHead], 0.05);
      weights[`blocks.${l}.attn.b_${name}`] = tensor([heads, dHead]);
    }
    weights[`blocks.${l}.attn.W_O`] = tensor([heads, dHead, dModel], 0.05);
    weights[`blocks.${l}.attn.b_O`] = tensor([dModel]);
    if (dMlp === 0) continue;
    weights[`blocks.${l}.mlp.W_in`] = tensor([dModel, dMlp], 0.05);
    weights[`blocks.${l}.mlp.b_in`] = tensor([dMlp]);
    weights[`blocks.${l}.mlp.W_out`] = tensor([dMlp, dModel], 0.05);
    weights[`blocks.${l}.mlp.b_out`] = tensor([dModel]);
  }
  return weights;
}
