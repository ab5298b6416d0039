import { kind, signature } from "@autocircuit/base";
import {
  type AnsweredBatch,
  answerError,
  answerMax,
  answerMean,
  batchAnswerDifference,
  perPrompt,
  type ValueFunctionName,
  valueFunctions,
} from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { ownName, type WithAliases, withAliases } from "./own-names.ts";

/** What of the outputs is taken for gradients: the logits, their softmax, log-softmax, or a softmax with a constant denominator. */
export type GradFunction = ValueFunctionName;

/** How the answers make a loss of it; see {@link answerLoss}. */
export type AnswerFunction = "avg-diff" | "max-diff" | "avg-val" | "mean-squared-error";

/** The names of the grad functions. */
export const gradFunctions: readonly GradFunction[] = ["logit", "prob", "logprob", "logit-exp"];

/** The names of the answer functions. */
export const answerFunctions: readonly AnswerFunction[] = ["avg-diff", "max-diff", "avg-val", "mean-squared-error"];

const check = signature("answerLoss", {
  logits: kind.instance(Tensor, "a Tensor"),
  batch: kind.having("a PromptBatch", "answers", "wrongAnswers"),
  gradFunction: kind.oneOf(withAliases(gradFunctions)),
  answerFunction: kind.oneOf(withAliases(answerFunctions)),
});

/**
 * The loss whose gradient the mask gradient takes; lower is better for the task.
 *
 * - `avg-diff`: minus the mean value of the answers less that of the wrong answers,
 * - `max-diff`: minus the largest value among the answers less the largest among the wrong answers, mean over positions and prompts,
 * - `avg-val`: minus the mean value of the answers,
 * - `mean-squared-error`: mean squared error of the values to answers that are numbers.
 *
 * @param logits `[batch, (positions,) vocabulary]`, over the output slice
 * @returns a scalar tensor
 */
export function answerLoss(
  logits: Tensor,
  batch: AnsweredBatch,
  gradFunction: WithAliases<GradFunction>,
  answerFunction: WithAliases<AnswerFunction>,
): Tensor {
  check({ logits, batch, gradFunction, answerFunction });
  return answerLosses(logits, batch, ownName(gradFunction), ownName(answerFunction)).mean();
}

/** {@link answerLoss} of each prompt, `[batch]`. */
export function answerLosses(
  logits: Tensor,
  batch: AnsweredBatch,
  gradFunction: GradFunction,
  answerFunction: AnswerFunction,
): Tensor {
  const values = valueFunctions[gradFunction](logits);
  const { first } = batch;
  switch (answerFunction) {
    case "avg-diff":
      return batchAnswerDifference(values, batch).neg();
    case "max-diff":
      return perPrompt(
        answerMax(values, batch.answers, { first }).sub(
          answerMax(values, batch.wrongAnswers, { what: "wrong answer", first }),
        ),
      ).neg();
    case "avg-val":
      return answerMean(values, batch.answers, { first }).neg();
    case "mean-squared-error":
      return perPrompt(answerError(values, batch).pow(2));
  }
}
