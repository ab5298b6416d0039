import {
  type AnsweredBatch,
  answerError,
  answerMean,
  batchAnswerDifference,
  correctAnswers,
  klOfLogprobs,
  logprob,
} from "@autocircuit/metrics";
import type { Tensor } from "@autocircuit/native";

/**
 * What of the outputs probing keeps small.
 *
 * - `kl_div`: KL divergence from the full model on the clean prompts, in nats,
 * - `mse`: mean squared error of the logits to answers that are numbers (not to the full model's logits),
 * - `answer`: minus the mean logit of the answers,
 * - `wrong_answer`: minus the mean logit of the wrong answers,
 * - `logit_diff_percent`: how far the logit difference is from 100 percent of the full model's, mean over the prompts,
 * - `correct_percent`: the share of prompts whose answer has a logit above all others. It has no gradient: only the size is trained.
 */
export type ProbingTarget = "kl_div" | "mse" | "answer" | "wrong_answer" | "logit_diff_percent" | "correct_percent";

/** The names of the targets. */
export const probingTargets: readonly ProbingTarget[] = [
  "kl_div",
  "mse",
  "answer",
  "wrong_answer",
  "logit_diff_percent",
  "correct_percent",
];

/** Whether a target compares with the full model. */
export function needsFullModel(target: ProbingTarget): boolean {
  return target === "kl_div" || target === "logit_diff_percent";
}

/**
 * A target for some prompts, their mean: a scalar.
 *
 * @param logits of the run, `[prompts, (positions,) vocabulary]`
 * @param full the full model's on the clean prompts, for targets that need them
 */
export function targetOf(
  target: ProbingTarget,
  logits: Tensor,
  batch: AnsweredBatch,
  full: Tensor | undefined,
): Tensor {
  switch (target) {
    case "kl_div":
      return klOfLogprobs(logprob(full!), logprob(logits)).mean();
    case "mse":
      return answerError(logits, batch).pow(2).mean();
    case "answer":
      return answerMean(logits, batch.answers, { first: batch.first }).mean().neg();
    case "wrong_answer":
      return answerMean(logits, batch.wrongAnswers, { what: "wrong answer", first: batch.first }).mean().neg();
    case "logit_diff_percent": {
      const share = batchAnswerDifference(logits, batch).div(batchAnswerDifference(full!, batch));
      return share.mul(-100).add(100).abs().mean();
    }
    case "correct_percent":
      return correctAnswers(logits.detach(), batch.answers).to("float32").mean();
  }
}
