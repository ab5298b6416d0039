import { AutocircuitError } from "@autocircuit/base";
import {
  overPrompts,
  type PatchableModel,
  type PlainSlice,
  type PromptLoader,
  type PromptsOfBatch,
} from "@autocircuit/core";
import { correctByCircuit } from "@autocircuit/metrics";
import { scope, Tensor } from "@autocircuit/native";

/** Where the full model is right on a batch: bool `[1, batch]` or `[1, batch, positions]`. */
export async function modelAnswers(
  model: PatchableModel,
  { run }: PromptsOfBatch<PlainSlice>,
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  return run(async (slices) => {
    const parts: Tensor[] = [];
    for await (const { slice, step } of slices) {
      using logits = await model.forward(slice.clean, { signal });
      parts.push(scope(() => correctByCircuit(logits, slice.answers, 1)));
      step();
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
