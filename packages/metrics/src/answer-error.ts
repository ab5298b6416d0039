import type { PromptBatch } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import { answerTargets } from "./answer-targets.ts";
import { type Metric, measureRuns } from "./metric.ts";

/**
 * Mean squared error of the output to answers that are numbers (such as the proportions of tracr's xproportion), over
 * prompts and output values.
 */
export const answerMeanSquaredError: Metric = (_, prompts, runs) =>
  measureRuns(prompts, runs, (batch) => (logits) => answerError(logits, batch).pow(2));

/** Largest absolute difference of any output value from answers that are numbers. */
export const answerMaxAbsDiff: Metric = (_, prompts, runs) =>
  measureRuns(prompts, runs, (batch) => (logits) => answerError(logits, batch).abs().max(), { reduction: "max" });

/** Output less the numeric answers of the batch, of the output's shape. */
export function answerError(outputs: Tensor, batch: Pick<PromptBatch, "answers">): Tensor {
  return outputs.sub(answerTargets(batch.answers, outputs));
}
