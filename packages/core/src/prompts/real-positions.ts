import { Tensor } from "@autocircuit/native";
import { tokenContext } from "./token-context.ts";

/**
 * Which positions of some prompts have a token.
 *
 * @param tokens of a batch, `[B, P]`
 * @returns float32 `[B, P, 1]`, 0 where a prompt is padded and 1 elsewhere; undefined where none is padded. The caller's.
 * @example
 * using tokens = Tensor.from([[1, 2, 3]]);
 * using real = realPositions(tokens); // undefined: no position is padded
 */
export function realPositions(tokens: Tensor): Tensor | undefined {
  const { padding } = tokenContext(tokens);
  return padding && positionsBehind(padding, tokens.shape[1]!);
}

/** The same of the number of padded positions on the left of each prompt, where they are known. */
export function positionsBehind(padding: readonly number[], length: number): Tensor {
  const real = padding.flatMap((pads) => Array.from({ length }, (_, position) => (position >= pads ? 1 : 0)));
  return Tensor.from(Float32Array.from(real), { shape: [padding.length, length, 1] });
}
