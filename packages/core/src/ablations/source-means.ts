import { scope, Tensor } from "@autocircuit/native";
import { positionsBehind } from "../prompts/real-positions.ts";

/**
 * Sum of source outputs over the batch, and how many prompts count at each position.
 *
 * @param sources `[S, B, P, D]`
 * @param padding Padded positions on the left of each prompt; they do not count.
 * @returns `sum` `[S, 1, P, D]`, float64 of float64, else float32; `count` float32 `[1, 1, P, 1]`.
 */
export function batchSum(sources: Tensor, padding?: readonly number[]): { sum: Tensor; count: Tensor } {
  return scope(() => {
    const [, batch, length] = sources.shape as [number, number, number, number];
    // Half precision is too coarse to add up in.
    const values = sources.to(sources.dtype === "float64" ? "float64" : "float32");
    if (padding === undefined) return { sum: values.sum(1, true), count: Tensor.full([1, 1, length, 1], batch) };
    const real = positionsBehind(padding, length).unsqueeze(0);
    return { sum: values.mul(real).sum(1, true), count: real.sum(1, true) };
  });
}

/** Mean from a sum and a count as {@link batchSum} gives them; 0 at positions where no prompt counts. `[S, 1, P, D]`. */
export function meanOf(sum: Tensor, count: Tensor): Tensor {
  return scope(() => sum.div(count.clamp(1)));
}

/** {@link meanOf} over all positions too, the same at every position: `[S, 1, P, D]`. */
export function allTokensMean(sum: Tensor, count: Tensor): Tensor {
  return scope(() => meanOf(sum.sum(2, true), count.sum(2, true)).expand([...sum.shape]));
}
