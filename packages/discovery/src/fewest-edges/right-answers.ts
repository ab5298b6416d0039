import { AutocircuitError } from "@autocircuit/base";
import {
  overPrompts,
  type PatchableModel,
  type PlainSlice,
  type PromptBatch,
  type PromptLoader,
  type PromptsOfBatch,
} from "@autocircuit/core";
import { answerIndex } from "@autocircuit/metrics";
import { scope, Tensor } from "@autocircuit/native";

/** Where one of the answers has the highest logit, by circuit: bool `[count, batch]` or `[count, batch, positions]`. */
export function rightAnswers(logits: Tensor, batch: PromptBatch, count: number): Tensor {
  const rows = logits.reshape([count, batch.size, ...logits.shape.slice(1)]);
  const { index } = answerIndex(batch.answers, rows.select(0, 0));
  const last = rows.shape.length - 1;
  const answers = rows.gather(last, index.unsqueeze(0).expand([count, ...index.shape]));
  return answers.max(last).ge(rows.max(last));
}

/** {@link rightAnswers} of the full model on a batch. */
export async function modelAnswers(
  model: PatchableModel,
  { run }: PromptsOfBatch<PlainSlice>,
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  return run(async (slices) => {
    const parts: Tensor[] = [];
    for await (const { slice } of slices) {
      using logits = await model.forward(slice.clean, { signal });
      parts.push(scope(() => rightAnswers(logits, slice, 1)));
    }
    return Tensor.cat(parts, 1);
  });
}

/** @throws AutocircuitError `bad-input` for prompts and a model of which there are no answers that could be kept */
export function requireJudgeable({ config }: Pick<PatchableModel, "config">, prompts: PromptLoader): void {
  if (prompts.batches.length === 0)
    throw new AutocircuitError("bad-input", "There are no prompts whose answers could be kept.");
  if (config.dVocabOut === 1)
    throw new AutocircuitError(
      "bad-input",
      "The model gives one number, which is never right or wrong. Ask for a size instead.",
    );
}

/**
 * Holds that there is an answer to keep, by plain passes up to the first batch with one: a search for edges that keep answers need not begin
 * otherwise, nor what ranks the edges for it.
 *
 * @throws AutocircuitError `bad-input` where the model answers nothing right; `aborted`
 */
export async function requireRightAnswers(
  model: PatchableModel,
  prompts: PromptLoader,
  signal: AbortSignal | undefined,
): Promise<void> {
  requireJudgeable(model, prompts);
  let outputs = 0;
  for await (const batch of overPrompts(model, prompts, { signal })) {
    using right = await modelAnswers(model, batch, signal);
    using count = right.sum();
    if (Number(await count.item()) > 0) return;
    outputs += right.size;
  }
  throw nothingRight(outputs);
}

/** The error where a model answers none of so many outputs right. */
export function nothingRight(outputs: number): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `The model answers none of ${outputs} outputs right, so there is nothing to keep. Check the prompts' answers, the output slice ` +
      "and the model, or ask for a size instead.",
  );
}
