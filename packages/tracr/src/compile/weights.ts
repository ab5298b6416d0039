import { requireRoom } from "./matrix.ts";

/** A float64 array with its shape, row-major. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Weights under TransformerLens names: `embed.W_E` [d_vocab, d_model], `pos_embed.W_pos` [n_ctx, d_model],
 * `blocks.L.attn.W_Q`, `W_K`, `W_V` [n_heads, d_model, d_head], `W_O` [n_heads, d_head, d_model], `b_Q`, `b_K`, `b_V`
 * [n_heads, d_head], `b_O` [d_model], `blocks.L.mlp.W_in` [d_model, d_mlp], `b_in`, `W_out` [d_mlp, d_model], `b_out`,
 * `unembed.W_U` [d_model, d_vocab_out], `b_U`. All biases are zero.
 */
export type ModelWeights = Readonly<Record<string, WeightArray>>;

/** Zeros of a shape. */
export function zeros(...shape: number[]): WeightArray {
  const size = shape.reduce((a, b) => a * b, 1);
  requireRoom(size, shape.join(" x "));
  return { shape, data: new Float64Array(size) };
}

/** Sets one element of an array of any rank. */
export function setAt(array: WeightArray, at: readonly number[], value: number): void {
  array.data[offsetOf(array, at)] = value;
}

/** Reads one element of an array of any rank. */
export function getAt(array: WeightArray, at: readonly number[]): number {
  return array.data[offsetOf(array, at)]!;
}

function offsetOf({ shape }: WeightArray, at: readonly number[]): number {
  return at.reduce((offset, i, axis) => offset * shape[axis]! + i, 0);
}
