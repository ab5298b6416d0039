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
    // First all operations, which may throw, then all that is waited for.
    const tensors = [
      differences ? batchAnswerDifference(logit(logits), batch) : null,
      logits === full ? null : klOfLogprobs(logprob(full), logprob(logits)),
      perPrompt(correctAnswers(logits, batch.answers).to("float64")),
    ].map((values) => values?.to("float64"));
    const [logitDiff, kl, correct] = await Promise.all(
      tensors.map(async (values) => values && Float64Array.from(await values.data(), Number)),
    );
    return { logitDiff: logitDiff!, kl: kl ?? new Float64Array(batch.size), correct: correct! };
  });
}
