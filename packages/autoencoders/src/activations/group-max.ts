import { Tensor } from "@autocircuit/native";
import type { Activation } from "./activation.ts";

/**
 * The largest of each group of consecutive latents after ReLU, the first of equal ones.
 *
 * @param groups how many groups the latents are divided into; divides their number
 */
export function groupMax(groups: number): Activation {
  return {
    name: "groupmax",
    count: groups,
    apply: (p) => {
      const grouped = p.relu().reshape([p.shape[0]!, groups, -1]);
      const largest = grouped.eq(grouped.max(-1, true));
      const first = largest.logicalAnd(largest.to("int32").cumsum(-1).le(1));
      return Tensor.where(first, grouped, 0).reshape(p.shape);
    },
    parameters: [],
    notAsThreshold: "of each group of latents it keeps the largest alone",
  };
}
