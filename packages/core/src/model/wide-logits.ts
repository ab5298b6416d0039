import type { Tensor } from "@autocircuit/native";

/**
 * Logits in float32 if they are of a narrower type: sums over a vocabulary need more digits than half precision has. What was given is
 * disposed then.
 */
export function wideLogits(logits: Tensor): Tensor {
  if (logits.dtype !== "bfloat16" && logits.dtype !== "float16") return logits;
  const wide = logits.to("float32");
  logits.dispose();
  return wide;
}
