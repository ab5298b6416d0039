import type { Answers } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerIndex } from "./answer-index.ts";
import { type Measure, measureRuns } from "./measure.ts";

/**
 * Percentage of outputs whose answer has the highest logit of the whole vocabulary. With several answers one of them
 * suffices; with several output positions each counts by itself.
 */
export const correctPercent: Measure = (_, prompts, runs) =>
  measureRuns(
    prompts,
    runs,
    (batch) => (logits) => percent(highest(logits, batch.answers).ge(logits.max(logits.shape.length - 1))),
  );

/**
 * Percentage of outputs whose (best) answer has a logit not lower than that of any wrong answer. With several output
 * positions each counts by itself.
 */
export const correctOfPairPercent: Measure = (_, prompts, runs) =>
  measureRuns(
    prompts,
    runs,
    (batch) => (logits) => percent(highest(logits, batch.answers).ge(highest(logits, batch.wrongAnswers))),
  );

/** Largest logit among the answers: `[batch]` or `[batch, positions]`. */
function highest(logits: Tensor, answers: readonly Answers[]): Tensor {
  const last = logits.shape.length - 1;
  return logits.gather(last, answerIndex(answers, logits).index).max(last);
}

function percent(correct: Tensor): Tensor {
  return correct.to("float64").mul(100);
}
