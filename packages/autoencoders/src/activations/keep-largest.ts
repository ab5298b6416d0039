import { Tensor } from "@autocircuit/native";

/**
 * `values` at the `k` places of each row with the largest scores, 0 elsewhere. Of equal scores at the k-th place the first are kept, so
 * that exactly k places are.
 *
 * @param values `[rows, latents]`
 * @param scores of the same shape
 */
export function keepLargest(values: Tensor, scores: Tensor, k: number): Tensor {
  const last = scores.topk(k).values.slice(-1, k - 1, k);
  const above = scores.gt(last);
  const equal = scores.eq(last);
  const room = above.sum(-1, true).neg().add(k);
  const kept = equal.logicalAnd(equal.to("int32").cumsum(-1).le(room));
  return Tensor.where(above, values, Tensor.where(kept, values, 0));
}
