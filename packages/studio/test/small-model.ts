import { fileURLToPath } from "node:url";
import { type PatchableModel, PromptLoader } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";

/** A small GPT-2 of random weights that comes with the project. */
const folder = fileURLToPath(new URL("../../conformance/fixtures/hf/gpt2", import.meta.url));

/** The model, in float64 so that rounding is no matter, and prompts of token ids, of two lengths where `padded`. */
export async function smallModel({ byToken = false, padded = false } = {}): Promise<{
  model: PatchableModel;
  prompts: PromptLoader;
}> {
  const length = 6;
  const model = await loadModel(folder, {
    byToken,
    seqLen: padded ? null : length,
    outputSlice: "last_seq",
    dtype: "float64",
  });
  const { dVocab } = model.config;
  const prompts = Array.from({ length: 10 }, (_, prompt) => {
    const tokens = padded && prompt % 3 === 0 ? length - 2 : length;
    const ids = (factor: number) =>
      Array.from({ length: tokens }, (_, i) => (factor * (i + 3) + 7 * prompt + 1) % dVocab);
    return {
      clean: ids(5),
      corrupt: ids(11),
      answers: [(prompt + 2) % dVocab],
      wrongAnswers: [(prompt * 3 + 5) % dVocab],
    };
  });
  return { model, prompts: new PromptLoader(prompts, { batchSize: 5, padId: 0 }) };
}
