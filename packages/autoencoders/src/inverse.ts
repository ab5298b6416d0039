import { Tensor } from "@autocircuit/native";

/** 1 / x, and 0 where x is 0: a latent that writes nothing is not divided by the length of what it writes. */
export function inverse(tensor: Tensor): Tensor {
  return Tensor.where(tensor.eq(0), 0, tensor.pow(-1));
}
