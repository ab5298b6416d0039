import type { LibTorch } from "../libtorch.ts";
import { type JudgedLibrary, judgeLibraries } from "./choose-library.ts";
import { cudaLibTorches } from "./find-cuda-libtorch.ts";
import { findGpus, type Gpus } from "./gpus.ts";
import { builtCudaLibraries, hashCudaSources } from "./library.ts";
import { type FoundNvcc, findNvcc } from "./nvcc.ts";

/** What this machine has of CUDA. */
export interface CudaFacts extends Gpus {
  readonly compiler: FoundNvcc;
  /** Every CUDA LibTorch here. */
  readonly libtorches: readonly LibTorch[];
  /** Every library of kernels that was built. */
  readonly libraries: readonly (JudgedLibrary & {
    /** Whether its sources have changed since. */ readonly stale: boolean;
  })[];
}

/**
 * Looks at the machine. A library of kernels that fits is probed, in a process of its own, unless it was before.
 *
 * @param libtorch what the addon uses; undefined where there is none
 */
export async function collectCudaFacts(
  libtorch: LibTorch | undefined,
  nativeRoot: string,
  env: NodeJS.ProcessEnv,
): Promise<CudaFacts> {
  const [gpus, compiler, libtorches] = await Promise.all([
    findGpus(env),
    findNvcc(env),
    cudaLibTorches(nativeRoot, env),
  ]);
  const judged =
    libtorch?.kind === "cuda"
      ? await judgeLibraries({ libtorch, nativeRoot, env })
      : builtCudaLibraries(nativeRoot).map((library) => ({ library, problem: unused(libtorch) }));
  const sources = hashCudaSources(nativeRoot);
  const libraries = judged.map((one) => ({ ...one, stale: one.library.built.sources !== sources }));
  return { ...gpus, compiler, libtorches, libraries };
}

function unused(libtorch: LibTorch | undefined): string {
  return libtorch ? `the addon uses LibTorch ${libtorch.build}, the CPU build` : "there is no addon to use it";
}
