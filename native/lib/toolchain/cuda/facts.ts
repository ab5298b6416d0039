import type { LibTorch } from "../libtorch.ts";
import { type JudgedLibrary, judgeLibraries } from "./choose-library.ts";
import { cudaLibTorches } from "./find-cuda-libtorch.ts";
import { misfit } from "./fit.ts";
import { findGpus, type Gpus, visibleGpus } from "./gpus.ts";
import { type BuiltCudaLibrary, builtCudaLibraries, cudaLayout, hashCudaSources } from "./library.ts";
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
 * @param libtorch what the addon uses; undefined where there is no addon that loads
 */
export async function collectCudaFacts(
  libtorch: LibTorch | undefined,
  nativeRoot: string,
  env: NodeJS.ProcessEnv,
): Promise<CudaFacts> {
  const [found, compiler, libtorches] = await Promise.all([
    findGpus(env),
    findNvcc(env),
    cudaLibTorches(nativeRoot, env),
  ]);
  const gpus = visibleGpus(found.gpus, env);
  const judged =
    libtorch?.kind === "cuda" && gpus.length > 0
      ? await judgeLibraries({ libtorch, nativeRoot, env })
      : builtCudaLibraries(nativeRoot).map((library) => ({ library, problem: untried(library, libtorch, nativeRoot) }));
  const sources = hashCudaSources(nativeRoot);
  const libraries = judged.map((one) => ({ ...one, stale: one.library.built.sources !== sources }));
  return { ...found, compiler, libtorches, libraries };
}

/** Why a library was not probed. */
function untried({ built }: BuiltCudaLibrary, libtorch: LibTorch | undefined, nativeRoot: string): string {
  if (!libtorch) return "there is no addon to use it";
  if (libtorch.kind === "cpu") return `the addon uses LibTorch ${libtorch.build}, the CPU build`;
  const why = misfit(built, { libtorch, layout: cudaLayout(nativeRoot), gpus: [] });
  return why ?? "it fits this LibTorch, but there is no GPU to try it on";
}
