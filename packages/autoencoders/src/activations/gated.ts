import { Tensor } from "@autocircuit/native";
import type { Activation } from "./activation.ts";

/**
 * A gate decides which latents are active, a rescaled copy of the same projection how strongly:
 * `[p + gateBias > 0] * relu(p * exp(logScale) + bias)`, where p is the projection without a bias.
 *
 * @param gateBias `[latents]`, as `bias` and `logScale`
 */
export function gated(gateBias: Tensor, bias: Tensor, logScale: Tensor): Activation {
  const scale = logScale.exp();
  return {
    name: "gated",
    apply: (p) => Tensor.where(p.add(gateBias).gt(0), p.mul(scale).add(bias).relu(), 0),
    parameters: [gateBias, bias, logScale, scale],
    stored: [gateBias, bias, logScale],
    // With q = p * scale + bias, whose scale is positive, the gate is q > bias - gateBias * scale.
    asThreshold: (encode, inner) => ({
      encode: encode.mul(scale.unsqueeze(1)),
      bias: inner.mul(scale).add(bias),
      threshold: bias.sub(gateBias.mul(scale)),
    }),
  };
}
