import type { Activation } from "./activation.ts";
import { keepLargest } from "./keep-largest.ts";

/**
 * p at its k largest places in each row, else 0.
 *
 * @param rectified whether what is kept goes through ReLU. Selecting first or rectifying first is the same: what is not positive is 0.
 *   Without it negative values survive where fewer than k are positive (circuit-tracer).
 */
export function topK(k: number, rectified: boolean): Activation {
  return {
    name: "topk",
    count: k,
    apply: (p) => (rectified ? keepLargest(p, p, k).relu() : keepLargest(p, p, k)),
    parameters: [],
    ...(rectified
      ? { asThreshold: () => ({ top: k }) }
      : { notAsThreshold: "without a ReLU latents may be negative where fewer than k are above 0" }),
  };
}
