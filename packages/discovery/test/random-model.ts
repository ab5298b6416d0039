import type { DType } from "@autocircuit/base";
import { type ModelGraphOptions, PatchableModel, PromptLoader, type PromptPair } from "@autocircuit/core";
import { setThreads, Tensor, Transformer } from "@autocircuit/native";

// The networks here are so small that a second thread only waits for the first, and for whatever else the machine does.
await setThreads(1);

/** Choices for a small random network. */
export interface RandomModelOptions extends ModelGraphOptions {
  seed?: number;
  layers?: number;
  heads?: number;
  attnOnly?: boolean;
  parallel?: boolean;
  /** Whether the logits have a bias; without one they are all 0 where everything is. Default true. */
  outputBias?: boolean;
  dtype?: DType;
  /** Prompt pairs; all in one batch. */
  promptCount?: number;
  batchSize?: number;
}

const [dModel, dHead, dMlp, vocabulary, length] = [16, 4, 24, 13, 6];

/** A small random transformer and random prompt pairs, both from the seed. */
export function randomTask(options: RandomModelOptions = {}): { model: PatchableModel; prompts: PromptLoader } {
  const {
    seed = 1,
    layers = 2,
    heads = 2,
    attnOnly = false,
    parallel = false,
    outputBias = true,
    dtype = "float32",
    promptCount = 3,
    batchSize = promptCount,
    ...graph
  } = options;
  const uniform = stream(seed);
  const weight = (...shape: number[]): Tensor => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const spread = 2 / Math.sqrt(shape.at(-2) ?? 1);
    return Tensor.from(
      Float64Array.from({ length: size }, () => (uniform() - 0.5) * 2 * spread),
      { shape, dtype },
    );
  };
  const weights: Record<string, Tensor> = {
    "embed.W_E": weight(vocabulary, dModel),
    "pos_embed.W_pos": weight(length, dModel),
    "unembed.W_U": weight(dModel, vocabulary),
  };
  const bias = weight(1, vocabulary).reshape([vocabulary]);
  if (outputBias) weights["unembed.b_U"] = bias;
  for (let layer = 0; layer < layers; layer++) {
    const block = `blocks.${layer}`;
    for (const name of ["W_Q", "W_K", "W_V"]) weights[`${block}.attn.${name}`] = weight(heads, dModel, dHead);
    weights[`${block}.attn.W_O`] = weight(heads, dHead, dModel);
    if (attnOnly) continue;
    weights[`${block}.mlp.W_in`] = weight(dModel, dMlp);
    weights[`${block}.mlp.W_out`] = weight(dMlp, dModel);
    weights[`${block}.mlp.b_in`] = weight(1, dMlp).reshape([dMlp]);
  }
  const transformer = Transformer.create(
    {
      layers,
      dModel,
      heads,
      kvHeads: heads,
      dHead,
      dMlp: attnOnly ? 0 : dMlp,
      dVocab: vocabulary,
      dVocabOut: vocabulary,
      context: length,
      norm: "layer",
      eps: 1e-5,
      attnOnly,
      parallel,
      causal: true,
      attnScale: Math.sqrt(dHead),
      positions: "learned",
      activation: "gelu",
      gated: false,
    },
    weights,
  );
  const token = () => Math.floor(uniform() * vocabulary);
  const pairs = Array.from({ length: promptCount }, () => ({
    clean: Array.from({ length }, token),
    corrupt: Array.from({ length }, token),
    answers: [token()],
    wrongAnswers: [token(), token()],
  }));
  return {
    model: new PatchableModel({ transformer, dtype, seqLen: length, ...graph }),
    prompts: new PromptLoader(pairs, { batchSize }),
  };
}

/** Uniform numbers in [0, 1) from a linear congruential generator. */
function stream(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The same prompts with the model's own likeliest outputs as answers, so that it is right everywhere. */
export async function withModelAnswers(
  { model, prompts }: { model: PatchableModel; prompts: PromptLoader },
  change: (answer: number) => number = (answer) => answer,
): Promise<{ model: PatchableModel; prompts: PromptLoader }> {
  const pairs: PromptPair[] = [];
  for (const batch of prompts.batches) {
    using logits = await model.forward(batch.clean);
    using best = logits.argmax(logits.shape.length - 1);
    const answers = (await best.toArray()) as number[] | number[][];
    batch.prompts.forEach((pair, row) => {
      const answer = answers[row]!;
      const lists = Array.isArray(answer) ? answer.map((id) => [change(Number(id))]) : [change(Number(answer))];
      pairs.push({ ...pair, answers: lists });
    });
  }
  return { model, prompts: new PromptLoader(pairs, { batchSize: prompts.batchSize }) };
}
