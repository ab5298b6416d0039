import type { ComputeDType } from "@autocircuit/native";
import type { Tokens } from "../prompts/tokens.ts";
import type { RunningModel } from "./sized-model.ts";

/** What to compute in instead, from the narrowest range to the widest. */
const WIDER: Partial<Record<ComputeDType, string>> = {
  float16: "bfloat16 or float32",
  bfloat16: "float64",
  float32: "float64",
};

/**
 * Why logits are no numbers, most likely, and what to do: the plain model is run again to tell whether it overflows by itself or only
 * with the ablation. Weights need not be looked at: the engine refuses those that are not finite.
 */
export async function notFiniteCause(model: RunningModel, tokens: Tokens, patched: boolean): Promise<string> {
  const plainIsFine = patched && (await isFinitePlain(model, tokens));
  const dtype = model.computeDtype;
  const advice =
    WIDER[dtype] === undefined ? "Check the weights." : `Check the weights, or compute in ${WIDER[dtype]}.`;
  if (plainIsFine)
    return (
      "The model alone gives numbers for this batch, so what was put in is the likely cause: values that are none themselves, or lead " +
      `beyond the range of ${dtype}. Look at the mask (where it is trained, choose a smaller learning rate), at replaced values, or try ` +
      `another ablation or other corrupt prompts. ${advice}`
    );
  return `The model alone gives such logits too: its weights, though finite, lead beyond the range of ${dtype}. ${advice}`;
}

async function isFinitePlain(model: RunningModel, tokens: Tokens): Promise<boolean> {
  const { logits } = await model.run(tokens, { positions: [tokens.seqLen - 1] });
  using last = logits!;
  using finite = last.isFinite();
  using all = finite.all();
  return Boolean(await all.item());
}
