import type { Addon } from "../addon.ts";
import { defaultDevice } from "../device.ts";
import { libtorchCudaFile } from "../toolchain/cuda/choose-library.ts";
import { loadedLibTorch } from "./loaded-libtorch.ts";

/**
 * Opens CUDA as soon as the addon is there, where `AUTOCIRCUIT_DEVICE` asks for a GPU: LibTorch settles at its first arithmetic whether it has
 * CUDA, and tensors are often made before the first model. What fails here is said when the device is asked for.
 */
export function openEarly(addon: Addon, env: NodeJS.ProcessEnv = process.env): void {
  try {
    if (defaultDevice(env) === "cpu") return;
    const libtorch = loadedLibTorch();
    if (libtorch.kind === "cuda") addon.openDevice("cuda", { libtorchCuda: libtorchCudaFile(libtorch) });
  } catch {
    return;
  }
}
