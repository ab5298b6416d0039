import type { PromptBatch } from "@autocircuit/core";
import { batchAnswerDifference, correctAnswers, klOfLogprobs, logit, logprob, perPrompt } from "@autocircuit/metrics";
import { scope, type Tensor } from "@autocircuit/native";

/** What is measured of some prompts, a number each; null where it has no meaning for them. */
export interface MeasuredPrompts {
  readonly logitDiff: Float64Array | null;
  /** Not cut at 0. */
  readonly kl: Float64Array | null;
  readonly correct: Float64Array | null;
}

/**
 * Measures outputs prompt by prompt, as the library's metrics do.
 *
 * @param full the full model's logits, `[batch, (positions,) vocabulary]`
 * @param logits those of a circuit, or the same tensor
 * @param differences whether all prompts of the data set have wrong answers
 */
export async function measured(
  full: Tensor,
  logits: Tensor,
  batch: PromptBatch,
  differences: boolean,
): Promise<MeasuredPrompts> {
  if (logits.shape.at(-1) === 1) return { logitDiff: null, kl: null, correct: null };
  return scope(async () => {
    const numbers = async (values: Tensor) => Float64Array.from(await values.to("float64").data(), Number);
    const [logitDiff, kl, correct] = await Promise.all([
      differences ? numbers(batchAnswerDifference(logit(logits), batch)) : null,
      logits === full ? new Float64Array(batch.size) : numbers(klOfLogprobs(logprob(full), logprob(logits))),
      numbers(perPrompt(correctAnswers(logits, batch.answers).to("float64"))),
    ]);
    return { logitDiff, kl, correct };
  });
}
