import type { Tensor } from "@autocircuit/native";
import { correctAnswers, correctOfPair } from "./correct-answers.ts";
import { type Metric, measureRuns } from "./metric.ts";

/**
 * Percentage of outputs whose answer has a logit above all others of the vocabulary. With several answers one of them
 * suffices; with several output positions each counts by itself.
 */
export const correctPercent: Metric = (_, prompts, runs) =>
  measureRuns(prompts, runs, (batch) => (logits) => percent(correctAnswers(logits, batch.answers)), { points: true });

/**
 * Percentage of outputs whose (best) answer has a logit above that of every wrong answer. With several output
 * positions each counts by itself.
 */
export const correctOfPairPercent: Metric = (_, prompts, runs) =>
  measureRuns(prompts, runs, (batch) => (logits) => percent(correctOfPair(logits, batch)), { points: true });

function percent(correct: Tensor): Tensor {
  return correct.to("float64").mul(100);
}
