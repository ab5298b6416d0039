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
 * - `kl-div`: KL divergence from the full model on the clean prompts, in nats,
 * - `mean-squared-error`: mean squared error of the logits to answers that are numbers (not to the full model's logits),
 * - `answer`: minus the mean logit of the answers,
 * - `wrong-answer`: minus the mean logit of the wrong answers,
 * - `logit-diff-percent`: how far the logit difference is from 100 percent of the full model's, mean over the prompts,
 * - `correct-percent`: the share of prompts whose answer has a logit above all others. It has no gradient: only the size is trained.
 */
export type ProbingTarget =
  | "kl-div"
  | "mean-squared-error"
  | "answer"
  | "wrong-answer"
  | "logit-diff-percent"
  | "correct-percent";

/** The names of the targets. */
export const probingTargets: readonly ProbingTarget[] = [
  "kl-div",
  "mean-squared-error",
  "answer",
  "wrong-answer",
  "logit-diff-percent",
  "correct-percent",
];

/** Whether a target compares with the full model. */
export function needsFullModel(target: ProbingTarget): boolean {
  return target === "kl-div" || target === "logit-diff-percent";
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
    case "kl-div":
      return klOfLogprobs(logprob(full!), logprob(logits)).mean();
    case "mean-squared-error":
      return answerError(logits, batch).pow(2).mean();
    case "answer":
      return answerMean(logits, batch.answers, { first: batch.first }).mean().neg();
    case "wrong-answer":
      return answerMean(logits, batch.wrongAnswers, { what: "wrong answer", first: batch.first }).mean().neg();
    case "logit-diff-percent": {
      const share = batchAnswerDifference(logits, batch).div(batchAnswerDifference(full!, batch));
      return share.mul(-100).add(100).abs().mean();
    }
    case "correct-percent":
      return correctAnswers(logits.detach(), batch.answers).to("float32").mean();
  }
}
