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
import type { Measure } from "./measure.ts";

/** A metric with what a person needs to choose it. */
export interface NamedMeasure {
  /** One line. */
  description: string;
  /** Unit of the values, or how they range; for tables and axes. */
  unit: string;
  /** Which answers it needs: `"tokens"`, `"numbers"` (models that output numbers), or `"none"`. */
  answers: "tokens" | "numbers" | "none";
  measure: Measure;
}

/**
 * All metrics of circuit runs by name.
 *
 * @example
 * const table = await measurements["logit-diff"].measure(task.model, task.test, runs);
 */
export const measurements = {
  "kl-clean": {
    description: "KL divergence from the full model on the clean prompts",
    unit: "nats",
    answers: "none",
    measure: klDivergence,
  },
  "kl-corrupt": {
    description: "KL divergence from the full model on the corrupt prompts",
    unit: "nats",
    answers: "none",
    measure: (model, prompts, runs, options = {}) =>
      klDivergence(model, prompts, runs, { ...options, from: "corrupt" }),
  },
  "logit-diff": {
    description: "mean logit of the answers less that of the wrong answers",
    unit: "logits",
    answers: "tokens",
    measure: logitDiff,
  },
  "prob-diff": {
    description: "mean probability of the answers less that of the wrong answers",
    unit: "probability",
    answers: "tokens",
    measure: probDiff,
  },
  "logprob-diff": {
    description: "mean log-probability of the answers less that of the wrong answers",
    unit: "nats",
    answers: "tokens",
    measure: logprobDiff,
  },
  "logit-diff-percent": {
    description: "mean logit difference in percent of the full model's (faithfulness)",
    unit: "%",
    answers: "tokens",
    measure: logitDiffPercent,
  },
  "logit-diff-percent-mean-of-ratios": {
    description: "mean over prompts of the logit difference in percent of the full model's",
    unit: "%",
    answers: "tokens",
    measure: ofRatios(logitDiffPercent),
  },
  "prob-diff-percent": {
    description: "mean difference of probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    measure: probDiffPercent,
  },
  "prob-diff-percent-mean-of-ratios": {
    description: "mean over prompts of the difference of probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    measure: ofRatios(probDiffPercent),
  },
  "logprob-diff-percent": {
    description: "mean difference of log-probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    measure: logprobDiffPercent,
  },
  "logprob-diff-percent-mean-of-ratios": {
    description: "mean over prompts of the difference of log-probabilities in percent of the full model's",
    unit: "%",
    answers: "tokens",
    measure: ofRatios(logprobDiffPercent),
  },
  "answer-logit": { description: "mean logit of the answers", unit: "logits", answers: "tokens", measure: answerLogit },
  "answer-prob": {
    description: "mean probability of the answers",
    unit: "probability",
    answers: "tokens",
    measure: answerProb,
  },
  "answer-logprob": {
    description: "mean log-probability of the answers",
    unit: "nats",
    answers: "tokens",
    measure: answerLogprob,
  },
  "wrong-answer-logit": {
    description: "mean logit of the wrong answers",
    unit: "logits",
    answers: "tokens",
    measure: wrongAnswerLogit,
  },
  "wrong-answer-prob": {
    description: "mean probability of the wrong answers",
    unit: "probability",
    answers: "tokens",
    measure: wrongAnswerProb,
  },
  "wrong-answer-logprob": {
    description: "mean log-probability of the wrong answers",
    unit: "nats",
    answers: "tokens",
    measure: wrongAnswerLogprob,
  },
  "correct-percent": {
    description: "outputs whose answer has the highest logit of all",
    unit: "%",
    answers: "tokens",
    measure: correctPercent,
  },
  "correct-of-pair-percent": {
    description: "outputs whose answer has no lower logit than any wrong answer",
    unit: "%",
    answers: "tokens",
    measure: correctOfPairPercent,
  },
  "max-abs-diff": {
    description: "largest absolute difference of an output value from the full model's",
    unit: "logits",
    answers: "none",
    measure: maxAbsDiff,
  },
  "mean-squared-error": {
    description: "mean squared difference of the output values from the full model's",
    unit: "logits squared",
    answers: "none",
    measure: meanSquaredError,
  },
  "argmax-agreement": {
    description: "share of outputs where circuit and full model rate the same token highest",
    unit: "share",
    answers: "none",
    measure: argmaxAgreement,
  },
  "answer-mean-squared-error": {
    description: "mean squared error to answers that are numbers",
    unit: "squared",
    answers: "numbers",
    measure: answerMeanSquaredError,
  },
  "answer-max-abs-diff": {
    description: "largest absolute difference from answers that are numbers",
    unit: "",
    answers: "numbers",
    measure: answerMaxAbsDiff,
  },
} as const satisfies Record<string, NamedMeasure>;

/** Name of a metric in {@link measurements}. */
export type MeasurementName = keyof typeof measurements;

/** The mean of the prompts' ratios, with the ratios. */
function ofRatios(percent: DiffPercent): Measure {
  return (model, prompts, runs, options = {}) => percent(model, prompts, runs, { ...options, of: "ratios" });
}
