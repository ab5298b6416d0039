import type { MeasurementName } from "./measurements.ts";

/** How a metric is drawn against the number of edges. */
export interface MetricAxis {
  /** For the axis, without the unit. */
  readonly title: string;
  /** Whether the values are on a logarithmic axis. */
  readonly log: boolean;
  /** The least value on a logarithmic axis; smaller ones are drawn there. */
  readonly least?: number;
  /** Whether a circuit with smaller values is the better one. */
  readonly lowerIsBetter: boolean;
}

const plain = (title: string): MetricAxis => ({ title, log: false, lowerIsBetter: false });
const error = (title: string, least: number): MetricAxis => ({ title, log: true, least, lowerIsBetter: true });

/**
 * How each metric is drawn. Titles and scales are AutoCircuit's, except that log-probabilities, which are negative, have a linear axis; its
 * logarithmic one shows nothing of them. The number of edges is on a logarithmic axis for all.
 */
export const metricAxes: Readonly<Record<MeasurementName, MetricAxis>> = {
  "kl-clean": error("KL Divergence", 1e-2),
  "kl-corrupt": { title: "KL Divergence (Corrupt)", log: true, least: 1e-6, lowerIsBetter: false },
  "logit-diff": plain("Logit Difference"),
  "prob-diff": plain("Probability Difference"),
  "logprob-diff": plain("Log Probability Difference"),
  "logit-diff-percent": plain("Logit Difference Percent"),
  "logit-diff-percent-mean-of-ratios": plain("Logit Difference Percent"),
  "prob-diff-percent": plain("Probability Difference Percent"),
  "prob-diff-percent-mean-of-ratios": plain("Probability Difference Percent"),
  "logprob-diff-percent": plain("Log Probability Difference Percent"),
  "logprob-diff-percent-mean-of-ratios": plain("Log Probability Difference Percent"),
  "answer-logit": plain("Answer Logit"),
  "answer-prob": plain("Answer Probability"),
  "answer-logprob": plain("Answer Log Probability"),
  "wrong-answer-logit": { ...plain("Wrong Answer Logit"), lowerIsBetter: true },
  "wrong-answer-prob": { ...plain("Wrong Answer Probability"), lowerIsBetter: true },
  "wrong-answer-logprob": { ...plain("Wrong Answer Log Probability"), lowerIsBetter: true },
  "correct-percent": plain("Correct Answer Percent"),
  "correct-of-pair-percent": plain("Correct Answer Greater Than Incorrect Percent"),
  "max-abs-diff": error("Largest Difference", 1e-6),
  "mean-squared-error": error("Mean Squared Error", 1e-6),
  "argmax-agreement": plain("Agreement of the Most Likely Token"),
  "answer-mean-squared-error": error("Mean Squared Error to the Answers", 1e-6),
  "answer-max-abs-diff": error("Largest Difference from the Answers", 1e-6),
};
