import { Tensor } from "@autocircuit/native";
import type { Activation } from "./activation.ts";

/**
 * circuit-tracer's, which lets negative latents through where thresholds are below 0; where none is, it is what all others have.
 *
 * @param threshold `[latents]`
 */
export async function unrectifiedJumpRelu(threshold: Tensor): Promise<Activation> {
  return jumpRelu(threshold, Number(await threshold.lt(0).sum().item()) === 0);
}

/**
 * p where it is strictly greater than its threshold, else 0.
 *
 * @param threshold `[latents]`, or a scalar for all
 * @param rectified whether what passes goes through ReLU as well, so that a negative threshold lets nothing negative through. All
 *   libraries do so but circuit-tracer.
 */
export function jumpRelu(threshold: Tensor, rectified: boolean): Activation {
  return {
    name: "jumprelu",
    apply: (p) => Tensor.where(p.gt(threshold), rectified ? p.relu() : p, 0),
    parameters: [threshold],
    // Without rectifying, negative thresholds would let negative latents through.
    ...(rectified
      ? { asThreshold: (_encode, _bias, latents) => ({ threshold: threshold.expand([latents]).clone() }) }
      : { notAsThreshold: "thresholds below 0 let negative latents through" }),
  };
}
