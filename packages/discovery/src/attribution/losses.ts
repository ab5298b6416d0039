import { AutocircuitError } from "@autocircuit/base";
import { Circuit, overPrompts, type PatchableModel, type PromptBatch, type PromptLoader } from "@autocircuit/core";
import { haveRange, klOfLogprobs, logprob } from "@autocircuit/metrics";
import type { Tensor } from "@autocircuit/native";
import { answerLosses } from "../loss.ts";
import { ownValues } from "../own-names.ts";
import type { AttributionOptions } from "./attribution-options.ts";

/** The loss of each of some prompts, `[B]`, from their logits. */
export type Loss = (logits: Tensor) => Tensor;

/** Makes the loss of a slice of prompts. */
export type LossOf = (slice: PromptBatch) => Promise<Loss>;

/** The function of answers that was asked for where the loss looks at none; undefined where all is well. */
export function idleFunction(options: {
  readonly loss?: unknown;
  readonly gradFunction?: unknown;
  readonly answerFunction?: unknown;
}): "gradFunction" | "answerFunction" | undefined {
  if (ownValues(options).loss !== "kl-div") return undefined;
  return (["gradFunction", "answerFunction"] as const).find((name) => options[name] !== undefined);
}

/**
 * The loss that the options ask for. Faithfulness takes two forward passes of every prompt first, KL divergence one of each slice.
 *
 * @throws AutocircuitError `bad-input` where the model does not tell the clean prompts from ablated ones, so that faithfulness has no unit, and for
 *   functions of answers beside KL divergence, which looks at none
 */
export async function lossOf(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AttributionOptions,
): Promise<LossOf> {
  const { loss = "answers", signal } = ownValues(options);
  if (loss === "kl-div") {
    const idle = idleFunction(options);
    if (idle !== undefined)
      throw new AutocircuitError(
        "bad-input",
        `\`${idle}\` does nothing with the loss "kl-div", which looks at no answers: leave it out, or take the loss "answers".`,
      );
    return async (slice) => {
      const clean = await model.forward(slice.clean, { signal });
      const reference = logprob(clean).detach();
      return (logits) => klOfLogprobs(reference, logprob(logits));
    };
  }
  const answers = answersOf(options);
  if (loss === "answers") return async (slice) => answers(slice);
  const [full, empty] = await fullAndEmptyLoss(model, prompts, options);
  const range = empty - full;
  if (!haveRange(full, empty)) {
    throw new AutocircuitError(
      "bad-input",
      `Faithfulness has no unit here: the loss of the full model is ${full}, of the fully ablated one ${empty}. Take the loss "answers".`,
    );
  }
  return async (slice) => (logits) => answers(slice)(logits).div(range);
}

function answersOf(options: AttributionOptions) {
  const { gradFunction = "logit", answerFunction = "avg-diff" } = ownValues(options);
  return (slice: PromptBatch): Loss =>
    (logits) =>
      answerLosses(logits, slice, gradFunction, answerFunction);
}

/** Mean loss of answers over all prompts, of the full model and of the empty circuit. */
export async function fullAndEmptyLoss(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AttributionOptions,
): Promise<[number, number]> {
  const { ablation = "resample", signal } = options;
  const loss = answersOf(options);
  const sums: [number, number] = [0, 0];
  const everything = Circuit.of(model.graph, []).complement();
  for await (const { fold } of overPrompts(model, prompts, { ablation, signal })) {
    const found = await fold(async (before: readonly number[] = [0, 0], { slice, ablation }) => {
      const values: number[] = [];
      for (const how of [{}, { ablate: everything, ablation }]) {
        const logits = await model.forward(slice.clean, { ...how, signal });
        values.push(Number(await loss(slice)(logits).sum().item()));
      }
      return before.map((value, which) => value + values[which]!);
    });
    found.forEach((value, which) => {
      sums[which]! += value;
    });
  }
  return [sums[0] / prompts.promptCount, sums[1] / prompts.promptCount];
}
