import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { type AnsweredBatch, answerIndex } from "./answer-index.ts";

/**
 * Whether an answer is right: its logit is above every other of the vocabulary. A tie is not right, since outputs that say nothing are all
 * equal. Of several answers one suffices, and they may tie among themselves.
 *
 * @param logits `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 * @returns bool, `[batch]` or `[batch, positions]`
 */
export function correctAnswers(logits: Tensor, answers: readonly Answers[]): Tensor {
  return correctByCircuit(logits, answers, 1).select(0, 0);
}

/**
 * {@link correctAnswers} of several circuits on the same prompts: bool, `[circuits, batch]` or `[circuits, batch, positions]`.
 *
 * @param logits those of all prompts by the first circuit, then by the second: `[circuits * batch, ...]`
 */
export function correctByCircuit(logits: Tensor, answers: readonly Answers[], circuitCount: number): Tensor {
  const rows = logits.reshape([circuitCount, answers.length, ...logits.shape.slice(1)]);
  const last = rows.shape.length - 1;
  const { index, once } = answerIndex(answers, rows.select(0, 0));
  const given = rows.gather(last, index.unsqueeze(0).expand([circuitCount, ...index.shape]));
  const best = given.max(last, true);
  const lower = rows.lt(best).sum(last);
  // Answers that are as high as the best of them are none of the others.
  const highest = given.ge(best).logicalAnd(once).sum(last);
  return lower.add(highest).eq(rows.shape[last]!);
}

/**
 * Whether an answer is above every wrong one: bool, `[batch]` or `[batch, positions]`. A tie is not. A token that is a right answer and a wrong
 * one at the same position, as where two prompts of a pair agree, is not compared with itself.
 *
 * @param logits `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 */
export function correctOfPair(logits: Tensor, { answers, wrongAnswers, first }: AnsweredBatch): Tensor {
  const last = logits.shape.length - 1;
  const right = answerIndex(answers, logits, { first });
  const wrong = answerIndex(wrongAnswers, logits, { what: "wrong answer", first });
  const best = logits.gather(last, right.index).max(last, true);
  const another = wrong.index
    .unsqueeze(last + 1)
    .eq(right.index.unsqueeze(last))
    .sum(last + 1)
    .eq(0);
  const notBelow = logits.gather(last, wrong.index).lt(best).logicalNot();
  return notBelow.logicalAnd(another).sum(last).eq(0);
}
