import type { DType, MersenneTwister } from "@autocircuit/base";
import { memoryBudgets } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";

/** What is drawn. */
export interface UniformNumbers {
  readonly rows: number;
  readonly width: number;
  /** Numbers lie from `-bound` to `bound`. */
  readonly bound: number;
  readonly dtype: DType;
}

/** A tensor `[rows, width]`, drawn row by row, so many numbers at a time. */
export function uniformNumbers(
  random: MersenneTwister,
  { rows, width, bound, dtype }: UniformNumbers,
  drawn = memoryBudgets.drawnNumbers / Float64Array.BYTES_PER_ELEMENT,
): Tensor {
  const most = Math.max(1, Math.floor(drawn / width));
  return scope(() => {
    const pieces = Array.from({ length: Math.ceil(rows / most) }, (_, piece) => {
      const shape = [Math.min(most, rows - piece * most), width] as const;
      const numbers = Float64Array.from({ length: shape[0] * width }, () => bound * (random.next() / 2 ** 31 - 1));
      return Tensor.from(numbers, { shape, dtype });
    });
    return pieces.length === 1 ? pieces[0]! : Tensor.cat(pieces);
  });
}
