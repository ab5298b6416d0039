import { logitDiff, logprobDiff, probDiff } from "./answer-diff.ts";
import { answerMaxAbsDiff, answerMeanSquaredError } from "./answer-error.ts";
import {
  answerLogit,
  answerLogprob,
  answerProb,
  wrongAnswerLogit,
  wrongAnswerLogprob,
  wrongAnswerProb,
} from "./answer-value.ts";
import { argmaxAgreement } from "./argmax-agreement.ts";
import { correctOfPairPercent, correctPercent } from "./correct-percent.ts";
import { type DiffPercent, logitDiffPercent, logprobDiffPercent, probDiffPercent } from "./diff-percent.ts";
import { klDivergence } from "./kl-divergence.ts";
import { maxAbsDiff } from "./max-abs-diff.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import type { Metric } from "./metric.ts";
import { error, type MetricAxis, plain } from "./metric-axis.ts";

// Each metric's function is exported from here, so that a new one is told of in this file alone.
export {
  answerLogit,
  answerLogprob,
  answerMaxAbsDiff,
  answerMeanSquaredError,
  answerProb,
  argmaxAgreement,
  correctOfPairPercent,
  correctPercent,
  klDivergence,
  logitDiff,
  logitDiffPercent,
  logprobDiff,
  logprobDiffPercent,
  maxAbsDiff,
  meanSquaredError,
  probDiff,
  probDiffPercent,
  wrongAnswerLogit,
  wrongAnswerLogprob,
  wrongAnswerProb,
};

/** A metric with what a person needs to choose it. */
export interface NamedMetric {
  /** One line. */
  description: string;
  /** Unit of the values, or how they range; for tables and axes. */
  unit: string;
  /** Which answers it needs: `"tokens"`, `"numbers"` (models that output numbers), or `"none"`. */
  answers: "tokens" | "numbers" | "none";
  /** It compares tokens of one position with each other, of which models that output numbers have one only. Default false. */
  distribution?: boolean;
  /** How it is drawn against the number of edges. */
  axis: MetricAxis;
  measure: Metric;
}

/**
 * All metrics of circuit runs by name.
 *
 * @example
 * const table = await metrics["logit-diff"].measure(task.model, task.test, runs);
 */
export const metrics = {
  "kl-clean": {
    description: "KL divergence from the full model on the clean prompts",
    unit: "nats",
    answers: "none",
    distribution: true,
    axis: error("KL Divergence", 1e-2),
    measure: klDivergence,
  },
  "kl-corrupt": {
    description: "KL divergence from the full model on the corrupt prompts",
    unit: "nats",
    answers: "none",
    distribution: true,
    axis: { title: "KL Divergence (Corrupt)", log: true, least: 1e-6, lowerIsBetter: false },
    measure: (model, prompts, runs, options = {}) =>
      klDivergence(model, prompts, runs, { ...options, from: "corrupt" }),
  },
  "logit-diff": {
    description: "mean logit of the answers less that of the wrong answers",
    unit: "logits",
    answers: "tokens",
    axis: plain("Logit Difference"),
    measure: logitDiff,
  },
  "prob-diff": {
    description: "mean probability of the answers less that of the wrong answers",
    unit: "probability",
    answers: "tokens",
    axis: plain("Probability Difference"),
    measure: probDiff,
  },
  "logprob-diff": {
    description: "mean log-probability of the answers less that of the wrong answers",
    unit: "nats",
    answers: "tokens",
    axis: plain("Log Probability Difference"),
    measure: logprobDiff,
  },
  "logit-diff-percent": {
    description: "mean logit difference in percent of the full model's (faithfulness)",
    unit: "%",
    answers: "tokens",
    axis: plain("Logit Difference Percent"),
    measure: logitDiffPercent,
  },
  "logit-diff-percent-mean-of-ratios": {
    description: "mean over prompts of the logit difference in percent of the full model's",
    unit: "%",
    answers: "tokens",
    axis: plain("Logit Difference Percent"),
    measure: ofRatios(logitDiffPercent),
  },
  "prob-diff-percent": {
    description: "mean difference of probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    axis: plain("Probability Difference Percent"),
    measure: probDiffPercent,
  },
  "prob-diff-percent-mean-of-ratios": {
    description: "mean over prompts of the difference of probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    axis: plain("Probability Difference Percent"),
    measure: ofRatios(probDiffPercent),
  },
  "logprob-diff-percent": {
    description: "mean difference of log-probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    axis: plain("Log Probability Difference Percent"),
    measure: logprobDiffPercent,
  },
  "logprob-diff-percent-mean-of-ratios": {
    description: "mean over prompts of the difference of log-probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    axis: plain("Log Probability Difference Percent"),
    measure: ofRatios(logprobDiffPercent),
  },
  "answer-logit": {
    description: "mean logit of the answers",
    unit: "logits",
    answers: "tokens",
    axis: plain("Answer Logit"),
    measure: answerLogit,
  },
  "answer-prob": {
    description: "mean probability of the answers",
    unit: "probability",
    answers: "tokens",
    axis: plain("Answer Probability"),
    measure: answerProb,
  },
  "answer-logprob": {
    description: "mean log-probability of the answers",
    unit: "nats",
    answers: "tokens",
    axis: plain("Answer Log Probability"),
    measure: answerLogprob,
  },
  "wrong-answer-logit": {
    description: "mean logit of the wrong answers",
    unit: "logits",
    answers: "tokens",
    axis: { ...plain("Wrong Answer Logit"), lowerIsBetter: true },
    measure: wrongAnswerLogit,
  },
  "wrong-answer-prob": {
    description: "mean probability of the wrong answers",
    unit: "probability",
    answers: "tokens",
    axis: { ...plain("Wrong Answer Probability"), lowerIsBetter: true },
    measure: wrongAnswerProb,
  },
  "wrong-answer-logprob": {
    description: "mean log-probability of the wrong answers",
    unit: "nats",
    answers: "tokens",
    axis: { ...plain("Wrong Answer Log Probability"), lowerIsBetter: true },
    measure: wrongAnswerLogprob,
  },
  "correct-percent": {
    description: "outputs whose answer has a logit above all others",
    unit: "%",
    answers: "tokens",
    axis: plain("Correct Answer Percent"),
    measure: correctPercent,
  },
  "correct-of-pair-percent": {
    description: "outputs whose answer has a logit above every wrong answer",
    unit: "%",
    answers: "tokens",
    axis: plain("Correct Answer Greater Than Incorrect Percent"),
    measure: correctOfPairPercent,
  },
  "max-abs-diff": {
    description: "largest absolute difference of an output value from the full model's",
    unit: "logits",
    answers: "none",
    axis: error("Largest Difference", 1e-6),
    measure: maxAbsDiff,
  },
  "mean-squared-error": {
    description: "mean squared difference of the output values from the full model's",
    unit: "logits squared",
    answers: "none",
    axis: error("Mean Squared Error", 1e-6),
    measure: meanSquaredError,
  },
  "argmax-agreement": {
    description: "share of outputs where circuit and full model rate the same token highest",
    unit: "share",
    answers: "none",
    distribution: true,
    axis: plain("Agreement of the Most Likely Token"),
    measure: argmaxAgreement,
  },
  "answer-mean-squared-error": {
    description: "mean squared error to answers that are numbers",
    unit: "squared",
    answers: "numbers",
    axis: error("Mean Squared Error to the Answers", 1e-6),
    measure: answerMeanSquaredError,
  },
  "answer-max-abs-diff": {
    description: "largest absolute difference from answers that are numbers",
    unit: "",
    answers: "numbers",
    axis: error("Largest Difference from the Answers", 1e-6),
    measure: answerMaxAbsDiff,
  },
} as const satisfies Record<string, NamedMetric>;

/** Name of a metric in {@link metrics}. */
export type MetricName = keyof typeof metrics;

/** The mean of the prompts' ratios, with the ratios. */
function ofRatios(percent: DiffPercent): Metric {
  return (model, prompts, runs, options = {}) => percent(model, prompts, runs, { ...options, of: "ratios" });
}
