import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerIndex, type NamedAnswers } from "./answer-index.ts";

/**
 * Largest value among each prompt's answers: `[batch]` or `[batch, positions]`.
 *
 * @param values `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 * @param named what they are called where one is missing
 */
export function answerMax(values: Tensor, answers: readonly Answers[], named?: NamedAnswers): Tensor {
  const last = values.shape.length - 1;
  return values.gather(last, answerIndex(answers, values, named).index).max(last);
}
