import { type AblationType, type Circuit, overPrompts } from "@autocircuit/core";
import { batchAnswerDifference } from "@autocircuit/metrics";
import { type Ablation, scope } from "@autocircuit/native";
import type { AttributedCase } from "./attributed-case.ts";

/** The difference of answer and wrong answer logit of each prompt, everything outside a circuit ablated. */
export async function differencesOf(
  { model, prompts }: Pick<AttributedCase<unknown>, "model" | "prompts">,
  circuit: Circuit | Float32Array,
  ablation: AblationType | Ablation = "resample",
): Promise<number[]> {
  const ablate = circuit instanceof Float32Array ? circuit : circuit.complement();
  const values: number[] = [];
  for await (const { fold } of overPrompts(model, prompts, { ablation })) {
    const ofBatch = await fold(async (before: readonly number[] = [], { slice, ablation }) => {
      const found = batchAnswerDifference(await model.forward(slice.clean, { ablate, ablation }), slice);
      return [...before, ...Array.from(await found.data(), Number)];
    });
    values.push(...ofBatch);
  }
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
