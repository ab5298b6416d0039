import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerIndex } from "./answer-index.ts";

/**
 * Largest value among each prompt's answers: `[batch]` or `[batch, positions]`.
 *
 * @param values `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 * @param what what they are called where one is missing
 */
export function answerMax(values: Tensor, answers: readonly Answers[], what?: string): Tensor {
  const last = values.shape.length - 1;
  return values.gather(last, answerIndex(answers, values, what).index).max(last);
}
