import { multiply } from "./multiply.ts";
import type { RunnableModel } from "./runnable-model.ts";

/** Which head to run, and on how many positions. */
export interface HeadPlace {
  readonly block: number;
  readonly head: number;
  readonly positions: number;
}

/**
 * Output of one head, `[position, d_model]`. Biases of compiled models are zero and left out. Heads without output weights, the
 * empty places of layers narrower than the widest, are not computed.
 *
 * @param read the head's inputs, `[position, d_model]` each
 */
export function attention(
  { config, weights }: RunnableModel,
  { block, head, positions }: HeadPlace,
  read: (input: "Q" | "K" | "V") => Float64Array,
): Float64Array {
  const { dModel, dHead, causal } = config;
  const weight = (name: string): Float64Array => {
    const size = dModel * dHead;
    return weights[`blocks.${block}.attn.${name}`]!.data.subarray(head * size, (head + 1) * size);
  };
  const output = weight("W_O");
  if (output.every((x) => x === 0)) return new Float64Array(positions * dModel);
  const q = multiply(read("Q"), weight("W_Q"), dModel);
  const k = multiply(read("K"), weight("W_K"), dModel);
  const v = multiply(read("V"), weight("W_V"), dModel);
  const mixed = new Float64Array(positions * dHead);
  for (let i = 0; i < positions; i++) {
    const last = causal ? i + 1 : positions;
    const scores = new Float64Array(last);
    for (let j = 0; j < last; j++) {
      let dot = 0;
      for (let d = 0; d < dHead; d++) dot += q[i * dHead + d]! * k[j * dHead + d]!;
      scores[j] = dot / Math.sqrt(dHead);
    }
    const pattern = softmax(scores);
    for (let j = 0; j < last; j++) {
      for (let d = 0; d < dHead; d++) mixed[i * dHead + d]! += pattern[j]! * v[j * dHead + d]!;
    }
  }
  return multiply(mixed, output, dHead);
}

function softmax(scores: Float64Array): Float64Array {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
