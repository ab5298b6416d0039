import { Tensor, Transformer } from "@autocircuit/native";
import { PatchableModel } from "../src/model/patchable-model.ts";

/** Places in the residual stream: two numbers, and one mark a position. */
const [NUMBERS, POSITIONS] = [2, 3] as const;
const D_MODEL = NUMBERS + POSITIONS;
const HEADS = 2;
/** What head h multiplies the two numbers by. */
const FACTORS = [
  [1, 2],
  [3, 4],
] as const;
/** So far apart that a position attends to itself alone, exactly. */
const SHARP = 1e4;

/**
 * AutoCircuit's MicroModel as a transformer: two blocks of two heads that multiply two numbers, one head by (1, 2) and the other by (3, 4),
 * so that a block makes (5, 7) times what it is given. Tokens 0, 1, 2 are the numbers (3, 3), (2, 2), (1, 1), tokens 3, 4, 5 their negatives;
 * the outputs are the two numbers.
 */
export function microModel(options: { byToken?: boolean; outputSlice?: "last_seq" | "none" } = {}): PatchableModel {
  const filled = (shape: number[], cells: readonly (readonly [at: readonly number[], value: number])[]) => {
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, side) => product * side, 1));
    const data = new Float64Array(shape.reduce((product, side) => product * side, 1));
    for (const [at, value] of cells) data[at.reduce((sum, index, i) => sum + index * strides[i]!, 0)] = value;
    return Tensor.from(data, { shape, dtype: "float64" });
  };
  const positions = Array.from({ length: POSITIONS }, (_, i) => i);
  const heads = [0, 1];
  const marks = heads.flatMap((h) => positions.map((p) => [[h, NUMBERS + p, p], SHARP] as const));
  const weights: Record<string, Tensor> = {
    "embed.W_E": filled(
      [6, D_MODEL],
      [3, 2, 1, -3, -2, -1].flatMap((value, token) => [0, 1].map((d) => [[token, d], value] as const)),
    ),
    "pos_embed.W_pos": filled(
      [POSITIONS, D_MODEL],
      positions.map((p) => [[p, NUMBERS + p], 1] as const),
    ),
    "unembed.W_U": filled(
      [D_MODEL, NUMBERS],
      [0, 1].map((d) => [[d, d], 1] as const),
    ),
  };
  for (const block of [0, 1]) {
    const name = `blocks.${block}.attn`;
    weights[`${name}.W_Q`] = filled([HEADS, D_MODEL, POSITIONS], marks);
    weights[`${name}.W_K`] = filled([HEADS, D_MODEL, POSITIONS], marks);
    weights[`${name}.W_V`] = filled(
      [HEADS, D_MODEL, POSITIONS],
      heads.flatMap((h) => [0, 1].map((d) => [[h, d, d], FACTORS[h]![d]!] as const)),
    );
    weights[`${name}.W_O`] = filled(
      [HEADS, POSITIONS, D_MODEL],
      heads.flatMap((h) => [0, 1].map((d) => [[h, d, d], 1] as const)),
    );
  }
  const transformer = Transformer.create(
    {
      ...{ layers: 2, dModel: D_MODEL, heads: HEADS, kvHeads: HEADS, dHead: POSITIONS, dMlp: 0 },
      ...{ dVocab: 6, dVocabOut: NUMBERS, context: POSITIONS, norm: "none", eps: 1e-5, attnOnly: true },
      ...{ parallel: false, causal: true, attnScale: 1, positions: "learned", activation: "gelu", gated: false },
    },
    weights,
    { dtype: "float64" },
  );
  for (const weight of Object.values(weights)) weight.dispose();
  return new PatchableModel({ transformer, dtype: "float64", seqLen: POSITIONS, separateQkv: false, ...options });
}
