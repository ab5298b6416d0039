import type { Tensor } from "@autocircuit/native";

/** Averages everything behind the batch dimension: `[batch, ...]` to `[batch]`. */
export function perPrompt(values: Tensor): Tensor {
  if (values.shape.length === 1) return values;
  return values.mean(Array.from({ length: values.shape.length - 1 }, (_, index) => index + 1));
}
