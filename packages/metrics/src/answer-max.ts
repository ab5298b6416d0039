import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerIndex } from "./answer-index.ts";

/**
 * Largest value among each prompt's answers: `[batch]` or `[batch, positions]`.
 *
 * @param values `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 */
export function answerMax(values: Tensor, answers: readonly Answers[]): Tensor {
  const last = values.shape.length - 1;
  return values.gather(last, answerIndex(answers, values).index).max(last);
}
