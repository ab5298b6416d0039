import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { type AnsweredBatch, type AnswerIndex, answerIndex, type NamedAnswers } from "./answer-index.ts";
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
  return meanAt(values, answerIndex(answers, values, named));
}

/**
 * {@link answerMean} of many tensors, for which answers are laid out once.
 *
 * @param like has the shape and type that they have; for one that has others, answers are laid out anew
 */
export function answerMeanLike(
  like: Tensor,
  answers: readonly Answers[],
  named?: NamedAnswers,
): (values: Tensor) => Tensor {
  const laidOut = answerIndex(answers, like, named);
  const fits = ({ shape, dtype }: Tensor) => dtype === like.dtype && `${shape}` === `${like.shape}`;
  return (values) => meanAt(values, fits(values) ? laidOut : answerIndex(answers, values, named));
}

function meanAt(values: Tensor, { index, weight }: AnswerIndex): Tensor {
  const last = values.shape.length - 1;
  return perPrompt(values.gather(last, index).mul(weight).sum(last));
}

/** {@link answerMean} of a batch's answers less that of its wrong answers: `[batch]`. */
export function batchAnswerDifference(values: Tensor, { answers, wrongAnswers, first }: AnsweredBatch): Tensor {
  const wrong = answerMean(values, wrongAnswers, { what: "wrong answer", first });
  return answerMean(values, answers, { first }).sub(wrong);
}

/** {@link batchAnswerDifference} of many tensors, see {@link answerMeanLike}. */
export function batchAnswerDifferenceLike(
  like: Tensor,
  { answers, wrongAnswers, first }: AnsweredBatch,
): (values: Tensor) => Tensor {
  const wrong = answerMeanLike(like, wrongAnswers, { what: "wrong answer", first });
  const right = answerMeanLike(like, answers, { first });
  return (values) => {
    const less = wrong(values);
    return right(values).sub(less);
  };
}
