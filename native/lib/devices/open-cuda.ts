import { AutocircuitError, sayOnce } from "@autocircuit/base";
import type { NativeDevices } from "../addon.ts";
import { guard } from "../addon-errors.ts";
import { addon } from "../loader.ts";
import { chooseLibrary, libtorchCudaFile } from "../toolchain/cuda/choose-library.ts";
import type { LibTorch } from "../toolchain/libtorch.ts";
import { NATIVE_ROOT } from "../toolchain/native-root.ts";
import { PINNED_CUDA_VERSION } from "../toolchain/version.ts";
import { loadedLibTorch } from "./loaded-libtorch.ts";

/** CUDA as it was opened in this process. */
export interface OpenedCuda {
  readonly native: NativeDevices;
  /** Why the kernels are not used; undefined when they are. */
  readonly note?: string;
}

let opened: OpenedCuda | undefined;
let opening: Promise<OpenedCuda> | undefined;

/**
 * Opens CUDA once per process: LibTorch's part, then the library of kernels if one fits and passes its probe.
 *
 * @throws AutocircuitError "device" that says what is missing and what to do
 */
export function openCuda(): Promise<OpenedCuda> {
  opening ??= openWithKernels().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** CUDA as far as it is open; else LibTorch's part alone, as the probe of the kernels takes time. */
export function openCudaNow(): OpenedCuda {
  if (opened) return opened;
  const native = openLibTorch(cudaLibTorch());
  const note =
    "the CUDA kernels are not used: await openDevice() before making transformers, so that they can be probed";
  sayOnce(note);
  opened = { native, note };
  return opened;
}

/** Takes what was opened by hand for the state of this process. */
export function adoptCuda(native: NativeDevices): void {
  opened = { native };
  opening = Promise.resolve(opened);
}

async function openWithKernels(): Promise<OpenedCuda> {
  const libtorch = cudaLibTorch();
  const without = openLibTorch(libtorch);
  const { file, note } = await chooseLibrary({ libtorch, nativeRoot: NATIVE_ROOT, env: process.env });
  opened = file === undefined ? { native: without, note } : withKernels(libtorch, without, file);
  if (opened.note) sayOnce(opened.note);
  return opened;
}

/** What passed its probe may still be refused here, for instance where other code has opened another one. */
function withKernels(libtorch: LibTorch, without: NativeDevices, library: string): OpenedCuda {
  try {
    return { native: addon().openDevice("cuda", { libtorchCuda: libtorchCudaFile(libtorch), library }) };
  } catch (error) {
    return { native: without, note: `the CUDA kernels in ${library} are not used: ${(error as Error).message}` };
  }
}

function openLibTorch(libtorch: LibTorch): NativeDevices {
  const native = guard(() => addon().openDevice("cuda", { libtorchCuda: libtorchCudaFile(libtorch) }));
  if (native.count > 0) return native;
  throw new AutocircuitError(
    "device",
    `LibTorch ${libtorch.build} is a CUDA build, but it sees no GPU: none is here, CUDA_VISIBLE_DEVICES hides it, or its driver is missing or ` +
      "too old. See what nvidia-smi says; run `npx autocircuit doctor`; or compute on the CPU.",
  );
}

function cudaLibTorch(): LibTorch {
  addon();
  const libtorch = loadedLibTorch();
  if (libtorch.kind === "cuda") return libtorch;
  throw new AutocircuitError(
    "device",
    `LibTorch ${libtorch.build} at ${libtorch.path}, which the addon uses, is the CPU build and knows no GPU. Get a CUDA build ` +
      `(pip install torch==${PINNED_CUDA_VERSION}, or a folder in AUTOCIRCUIT_LIBTORCH), then AUTOCIRCUIT_LIBTORCH_KIND=cu130 npm run setup; see ` +
      "docs/cuda.md. Or compute on the CPU.",
  );
}
