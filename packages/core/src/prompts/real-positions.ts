import { Tensor } from "@autocircuit/native";
import { Tokens } from "./tokens.ts";

/**
 * Which positions of some prompts have a token.
 *
 * @param tokens of a batch, `[B, P]`; a tensor has no padding
 * @returns float32 `[B, P, 1]`, 0 where a prompt is padded and 1 elsewhere; undefined where none is padded. The caller's.
 * @example
 * using tokens = new Tokens(Tensor.from([[0, 2, 3]], { dtype: "int64" }), { padding: [1] });
 * using real = realPositions(tokens); // 0, 1, 1
 */
export function realPositions(tokens: Tokens | Tensor): Tensor | undefined {
  const { padding, seqLen } = Tokens.of(tokens);
  return padding && positionsBehind(padding, seqLen);
}

/** The same of the number of padded positions on the left of each prompt, where they are known. */
export function positionsBehind(padding: readonly number[], length: number): Tensor {
  const real = padding.flatMap((pads) => Array.from({ length }, (_, position) => (position >= pads ? 1 : 0)));
  return Tensor.from(Float32Array.from(real), { shape: [padding.length, length, 1] });
}
