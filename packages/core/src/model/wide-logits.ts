import type { Tensor } from "@autocircuit/native";

/** Whether a type has fewer digits than float32, too few for sums over a vocabulary. */
export function isNarrow({ dtype }: Tensor): boolean {
  return dtype === "bfloat16" || dtype === "float16";
}

/** Logits in float32 if they are of a narrower type, for sums over a vocabulary. What was given is disposed then. */
export function wideLogits(logits: Tensor): Tensor {
  if (!isNarrow(logits)) return logits;
  const wide = logits.to("float32");
  logits.dispose();
  return wide;
}
