import { AutocircuitError } from "@autocircuit/base";
import type { Answers } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";

/**
 * Numeric answers as a tensor to compare an output with: for models that give numbers instead of tokens, such as
 * tracr's xproportion.
 *
 * @param answers one entry a prompt: the numbers of the output, per position if the output has positions
 * @param outputs the tensor to compare with, `[batch, width]` or `[batch, positions, width]`
 * @returns a tensor of the shape and dtype of `outputs`
 * @throws AutocircuitError when the answers do not have that shape
 */
export function answerTargets(answers: readonly Answers[], outputs: Tensor): Tensor {
  const flat = answers.flat(2) as number[];
  const levels = outputs.shape.length - 1;
  const fits =
    answers.length === outputs.shape[0] &&
    answers.every((answer) =>
      levels === 2 ? sameShape(answer, outputs.shape.slice(1)) : answer.length === outputs.shape[1],
    ) &&
    flat.length === outputs.size;
  if (!fits) {
    throw new AutocircuitError(
      "shape",
      `Answers as numbers must have the shape of the output, [${outputs.shape}]. Give one number for each output value.`,
    );
  }
  const targets = Tensor.from(Float64Array.from(flat), { shape: outputs.shape });
  return outputs.dtype === "float64" ? targets : targets.to(outputs.dtype);
}

function sameShape(answer: Answers, [positions, width]: readonly number[]): boolean {
  return answer.length === positions && answer.every((row) => Array.isArray(row) && row.length === width);
}
