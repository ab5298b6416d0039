import type { Addon } from "../addon.ts";
import { defaultDevice } from "../device.ts";
import { libtorchCudaFile } from "../toolchain/cuda/choose-library.ts";
import { loadedLibTorch } from "./loaded-libtorch.ts";

/**
 * Opens CUDA as soon as the addon is there, where `AUTOCIRCUIT_DEVICE` asks for a GPU: LibTorch settles when the first gradient is taken
 * whether there is one, and that may be before the first model on it. What fails here is said when the device is asked for.
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
