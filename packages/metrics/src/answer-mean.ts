import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { type AnsweredBatch, answerIndex, type NamedAnswers } from "./answer-index.ts";
import { perPrompt } from "./per-prompt.ts";

/**
 * Mean value of each prompt's answers: first over the answers at a position, then over the positions.
 *
 * @param values `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 * @param named what they are called where one is missing
 * @returns `[batch]`
 */
export function answerMean(values: Tensor, answers: readonly Answers[], named?: NamedAnswers): Tensor {
  const { index, weight } = answerIndex(answers, values, named);
  const last = values.shape.length - 1;
  return perPrompt(values.gather(last, index).mul(weight).sum(last));
}

/** {@link answerMean} of a batch's answers less that of its wrong answers: `[batch]`. */
export function batchAnswerDifference(values: Tensor, { answers, wrongAnswers, first }: AnsweredBatch): Tensor {
  const wrong = answerMean(values, wrongAnswers, { what: "wrong answer", first });
  return answerMean(values, answers, { first }).sub(wrong);
}
