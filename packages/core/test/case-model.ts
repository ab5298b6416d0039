import { Tensor, Transformer, type TransformerConfig } from "@autocircuit/native";
import type { PromptPair } from "../src/prompts/prompt-pair.ts";
import { caseTensors, readCase } from "./conformance.ts";

/** The engine's configuration for a conformance case. */
export function caseConfig(name: string): TransformerConfig {
  const config = readCase(name, "config.json");
  const rotary = config.positional_embedding_type === "rotary";
  const pairs = Array.from({ length: (config.rotary_dim ?? 0) / 2 }, (_, i) => i);
  return {
    layers: config.n_layers,
    dModel: config.d_model,
    heads: config.n_heads,
    kvHeads: config.n_key_value_heads ?? config.n_heads,
    dHead: config.d_head,
    dMlp: config.attn_only ? 0 : config.d_mlp,
    dVocab: config.d_vocab,
    dVocabOut: config.d_vocab_out,
    context: config.n_ctx,
    norm: config.normalization_type === null ? "none" : "layer",
    eps: config.eps,
    attnOnly: config.attn_only,
    parallel: config.parallel_attn_mlp,
    causal: config.attention_dir === "causal",
    attnScale: config.attn_scale,
    positions: rotary ? "rotary" : "learned",
    ...(rotary && {
      rotary: {
        dim: config.rotary_dim,
        interleaved: false,
        frequencies: [pairs.map((i) => config.rotary_base ** ((-2 * i) / config.rotary_dim))],
      },
    }),
    activation: config.act_fn,
    gated: config.gated_mlp,
  };
}

/** The network of a conformance case. */
export async function caseTransformer(name: string): Promise<Transformer> {
  const stored = await caseTensors(name, "model.safetensors");
  const weights = Object.fromEntries(
    [...stored].map(([weight, { shape, values }]) => [weight, Tensor.from(values, { shape })]),
  );
  const transformer = Transformer.create(caseConfig(name), weights);
  for (const weight of Object.values(weights)) weight.dispose();
  return transformer;
}

/** The prompt pairs of a conformance case. */
export function casePairs(name: string): PromptPair[] {
  return readCase(name, "inputs.json").prompts.map(
    (prompt: { clean: number[]; corrupt: number[]; answers: number[]; wrong_answers: number[] }) => ({
      clean: prompt.clean,
      corrupt: prompt.corrupt,
      answers: prompt.answers,
      wrongAnswers: prompt.wrong_answers,
    }),
  );
}

/** Largest excess over the tolerance `3e-6 + 1e-3 |expected| + 1e-4 max|expected|`; at most 0 if all is well. */
export function excess(ours: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (ours.length !== expected.length) throw new Error(`${ours.length} values, expected ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  let worst = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    const allowed = 3e-6 + 1e-3 * Math.abs(expected[i]!) + 1e-4 * largest;
    worst = Math.max(worst, Math.abs(ours[i]! - expected[i]!) - allowed);
  }
  return worst;
}
