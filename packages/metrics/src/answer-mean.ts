import type { Answers, PromptBatch } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerIndex } from "./answer-index.ts";
import { perPrompt } from "./per-prompt.ts";

/**
 * Mean value of each prompt's answers: first over the answers at a position, then over the positions.
 *
 * @param values `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 * @param what what they are called where one is missing
 * @returns `[batch]`
 */
export function answerMean(values: Tensor, answers: readonly Answers[], what?: string): Tensor {
  const { index, weight } = answerIndex(answers, values, what);
  const last = values.shape.length - 1;
  return perPrompt(values.gather(last, index).mul(weight).sum(last));
}

/** {@link answerMean} of a batch's answers less that of its wrong answers: `[batch]`. */
export function batchAnswerDifference(values: Tensor, batch: Pick<PromptBatch, "answers" | "wrongAnswers">): Tensor {
  return answerMean(values, batch.answers).sub(answerMean(values, batch.wrongAnswers, "wrong answer"));
}
