import type { Tensor } from "@autocircuit/native";

/**
 * Dropout of masks (Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting"): with this probability a
 * mask becomes 0, the others are divided by what is left of 1, so that their mean stays.
 *
 * @param noise uniform numbers from 0 to 1, of the shape of `masks` or one that it is broadcast to; a mask stays where they reach `probability`
 */
export function dropOut(masks: Tensor, probability: number, noise: Tensor): Tensor {
  return masks.mul(noise.ge(probability).to(masks.dtype)).div(1 - probability);
}
