import type { Circuit } from "@autocircuit/core";
import { type AblationType, ablatedSlices, dataSetSides } from "@autocircuit/core";
import { batchAnswerDifference } from "@autocircuit/metrics";
import { Ablation, scope } from "@autocircuit/native";
import type { AttributedCase } from "./attributed-case.ts";

/** The difference of answer and wrong answer logit of each prompt, everything outside a circuit ablated. */
export async function differencesOf(
  { model, prompts }: Pick<AttributedCase<unknown>, "model" | "prompts">,
  circuit: Circuit | Float32Array,
  ablation: AblationType | Ablation = "resample",
): Promise<number[]> {
  const ablate = circuit instanceof Float32Array ? circuit : circuit.complement();
  const given = ablation instanceof Ablation ? ablation : undefined;
  const type = ablation instanceof Ablation ? "zero" : ablation;
  const shared = given ?? (dataSetSides(type) ? await model.ablations(prompts, type) : undefined);
  const values: number[] = [];
  for (const batch of prompts.batches)
    for await (const { slice, ablation } of ablatedSlices(model, batch, { type, shared })) {
      using found = await scope(async () =>
        batchAnswerDifference(await model.forward(slice.clean, { ablate, ablation }), slice),
      );
      values.push(...Array.from(await found.data(), Number));
    }
  if (shared !== given) shared?.dispose();
  return values;
}

/** The same of the full model on the clean or the corrupt prompts. */
export async function fullDifferences(
  { model, prompts }: Pick<AttributedCase<unknown>, "model" | "prompts">,
  side: "clean" | "corrupt",
): Promise<number[]> {
  const values: number[] = [];
  for (const batch of prompts.batches) {
    using found = await scope(async () => batchAnswerDifference(await model.forward(batch.tokens(side)), batch));
    values.push(...Array.from(await found.data(), Number));
  }
  return values;
}

/** A list of numbers as a tensor of the recorder. */
export function listOf(values: readonly number[]): { shape: number[]; data: readonly number[] } {
  return { shape: [values.length], data: values };
}
