import type { PromptBatch } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";

/** 1 where a clean prompt has a token, 0 where it is padded, float32 `[B, P, 1]`; undefined where none is. */
export function realPositions(slice: PromptBatch): Tensor | undefined {
  const padding = slice.padding("clean");
  if (padding === null) return undefined;
  const { size, length } = slice;
  const real = padding.flatMap((pads) => Array.from({ length }, (_, position) => (position >= pads ? 1 : 0)));
  return Tensor.from(Float32Array.from(real), { shape: [size, length, 1] });
}
