import type { Tensor } from "@autocircuit/native";

/** Turns logits `[..., vocabulary]` into values of the same shape that answers are read from. */
export type ValueFunction = (logits: Tensor) => Tensor;

/** Names of the value functions. */
export type ValueFunctionName = "logit" | "prob" | "logprob" | "logit-exp";

/** The logits as they are. */
export const logit: ValueFunction = (logits) => logits;

/** Probabilities: softmax over the vocabulary. */
export const prob: ValueFunction = (logits) => logits.softmax(lastDim(logits));

/** Logarithms of the probabilities, in nats. */
export const logprob: ValueFunction = (logits) => logits.logSoftmax(lastDim(logits));

/**
 * Probabilities whose gradient ignores the normalisation: `exp(logit) / sum exp(logit)` with the denominator held
 * constant. The numbers equal {@link prob}; the gradient of a token's value with respect to its own logit is the
 * probability itself, and zero with respect to all other logits.
 */
export const logitExp: ValueFunction = (logits) => {
  const dim = lastDim(logits);
  // Shifting by the (constant) maximum changes neither value nor gradient, and keeps exp from overflowing.
  const exponentials = logits.sub(logits.detach().max(dim, true)).exp();
  return exponentials.div(exponentials.detach().sum(dim, true));
};

/** The value functions by name. */
export const valueFunctions: Readonly<Record<ValueFunctionName, ValueFunction>> = {
  logit,
  prob,
  logprob,
  "logit-exp": logitExp,
};

function lastDim(tensor: Tensor): number {
  return tensor.shape.length - 1;
}
