import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { PromptLoader } from "@autocircuit/core";
import { batchAnswerDifferenceLike } from "./answer-mean.ts";
import type { MeasuredRun } from "./measured-run.ts";
import {
  type MeasuredModel,
  type MetricOptions,
  type MetricValue,
  measureRuns,
  metricOptions,
  withFullModel,
} from "./metric.ts";
import { logit, logprob, prob, type ValueFunction } from "./value-functions.ts";

/** Options of {@link logitDiffPercent}, {@link probDiffPercent} and {@link logprobDiffPercent}. */
export interface DiffPercentOptions extends MetricOptions {
  /**
   * `"means"` (default): 100 times the circuit's mean difference over the full model's; a single number, without points.
   * `"ratios"`: the mean over prompts of each prompt's ratio, which prompts with a small difference dominate; the ratios are its points.
   */
  of?: "means" | "ratios";
}

/** A difference in percent of the full model's. */
export type DiffPercent = (
  model: MeasuredModel,
  prompts: PromptLoader,
  runs: readonly MeasuredRun[],
  options?: DiffPercentOptions,
) => Promise<MetricValue[]>;

const options = {
  ...metricOptions,
  of: kind.oneOf(["means", "ratios"]),
} satisfies KindsOf<DiffPercentOptions>;
const checkLogit = signature("logitDiffPercent", {}, options);
const checkProb = signature("probDiffPercent", {}, options);
const checkLogprob = signature("logprobDiffPercent", {}, options);

/**
 * Faithfulness: the circuit's logit difference between answers and wrong answers, in percent of the full model's on
 * the clean prompts. 100 means as large as the full model's; it can exceed 100 and be negative. NaN or infinite where
 * the full model shows no difference.
 */
export const logitDiffPercent: DiffPercent = percentOf(logit, checkLogit);

/** {@link logitDiffPercent} of probabilities: softmax over the vocabulary, of both models. */
export const probDiffPercent: DiffPercent = percentOf(prob, checkProb);

/** {@link logitDiffPercent} of log-probabilities: the same number, since what they are normalised by cancels. */
export const logprobDiffPercent: DiffPercent = percentOf(logprob, checkLogprob);

function percentOf(value: ValueFunction, check: ReturnType<typeof signature>): DiffPercent {
  return async (model, prompts, runs, options = {}) => {
    check({}, options);
    return withFullModel(model, prompts, options, async (full) => {
      const reference = await full.logits("clean", options);
      if (options.of === "ratios") {
        return measureRuns(
          prompts,
          runs,
          (batch, index, like) => {
            const difference = batchAnswerDifferenceLike(like, batch);
            const whole = difference(value(reference[index]!));
            return (logits) => difference(value(logits)).div(whole).mul(100);
          },
          { ratios: true, points: true },
        );
      }
      const [whole, ...circuits] = await measureRuns(
        prompts,
        [{ size: Number.NaN, logits: reference }, ...runs],
        (batch, _index, like) => {
          const difference = batchAnswerDifferenceLike(like, batch);
          return (logits) => difference(value(logits));
        },
      );
      return circuits.map(({ size, value }) => ({ size, value: (100 * value) / whole!.value }));
    });
  };
}
