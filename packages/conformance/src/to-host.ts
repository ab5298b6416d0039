import type { Tensor } from "@autocircuit/native";
import type { HostTensor } from "./recorder.ts";

/** Copies a tensor to the host and frees it. */
export async function toHost(tensor: Tensor): Promise<HostTensor> {
  using owned = tensor;
  return { shape: owned.shape, data: (await owned.data()) as ArrayLike<number> };
}
