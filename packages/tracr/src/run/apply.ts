import type { CompiledModel } from "../compile/compile.ts";
import type { Token, Value } from "../values/value.ts";
import { type AblationOptions, forward } from "./forward.ts";

/**
 * Runs a compiled model on an input and decodes its output, one value per token (BOS is put in front and its output dropped).
 * Where the program is undefined the value is arbitrary: a model has no way to say so.
 */
export function apply(compiled: CompiledModel, input: readonly Token[], options: AblationOptions = {}): Value[] {
  const { logits } = forward(compiled, compiled.input.encode(input), options);
  return decodeLogits(compiled, logits).slice(1);
}

/** The values that output rows `[position, d_vocab_out]` stand for, position 0 (BOS) included. */
export function decodeLogits({ config, output }: CompiledModel, logits: ArrayLike<number>): Value[] {
  const width = config.dVocabOut;
  const rows = Array.from({ length: logits.length / width }, (_, p) =>
    Array.from({ length: width }, (_, j) => logits[p * width + j]!),
  );
  return rows.map((row) => output.decode(row));
}
