import type { Activation } from "./activation.ts";
import { keepLargest } from "./keep-largest.ts";

/** p at the k places of each row that are farthest from 0, with its sign. */
export function absTopK(k: number): Activation {
  return {
    name: "abstopk",
    count: k,
    apply: (p) => keepLargest(p, p.abs(), k),
    parameters: [],
    notAsThreshold: "its latents may be negative",
  };
}
