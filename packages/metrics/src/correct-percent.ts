import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerMax } from "./answer-max.ts";
import { type Metric, measureRuns } from "./metric.ts";

/**
 * Percentage of outputs whose answer has the highest logit of the whole vocabulary. With several answers one of them
 * suffices; with several output positions each counts by itself.
 */
export const correctPercent: Metric = (_, prompts, runs) =>
  measureRuns(prompts, runs, (batch) => (logits) => percent(correctAnswers(logits, batch.answers)), { points: true });

/**
 * Percentage of outputs whose (best) answer has a logit not lower than that of any wrong answer. With several output
 * positions each counts by itself.
 */
export const correctOfPairPercent: Metric = (_, prompts, runs) =>
  measureRuns(
    prompts,
    runs,
    (batch) => (logits) =>
      percent(
        answerMax(logits, batch.answers, { first: batch.first }).ge(
          answerMax(logits, batch.wrongAnswers, { what: "wrong answer", first: batch.first }),
        ),
      ),
    { points: true },
  );

/**
 * Whether an answer has the highest logit of the whole vocabulary, as bool: `[batch]` or `[batch, positions]`. One of several suffices.
 *
 * @param logits `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param answers one entry a prompt
 */
export function correctAnswers(logits: Tensor, answers: readonly Answers[]): Tensor {
  return answerMax(logits, answers).ge(logits.max(logits.shape.length - 1));
}

function percent(correct: Tensor): Tensor {
  return correct.to("float64").mul(100);
}
