import { join } from "node:path";
import { type LibTorch, libraryName } from "../libtorch.ts";
import { readStamp } from "../stamp.ts";
import { misfit } from "./fit.ts";
import { findGpus, visibleGpus } from "./gpus.ts";
import { type BuiltCudaLibrary, builtCudaLibraries, cudaLayout } from "./library.ts";
import { probe, probeProgram } from "./probe.ts";

/** A library of kernels and whether it can be used. */
export interface JudgedLibrary {
  readonly library: BuiltCudaLibrary;
  /** Why not; undefined when it can. */
  readonly problem?: string;
}

/** What to judge libraries by. */
export interface JudgeOptions {
  /** The LibTorch that the addon uses, a CUDA build. */
  readonly libtorch: LibTorch;
  readonly nativeRoot: string;
  readonly env: NodeJS.ProcessEnv;
  /** Default: the one that comes with this package. */
  readonly program?: string;
}

/** LibTorch's own library for CUDA. */
export function libtorchCudaFile({ path }: LibTorch): string {
  return join(path, "lib", libraryName("torch_cuda"));
}

/** What builds a library that fits. */
export const BUILD_KERNELS = "npx autocircuit build --cuda";

/**
 * Every library of kernels that was built, with whether it fits and, where it does, whether it passed its probe (which runs now if it has not
 * yet). Of several that can be used the last was built with the newest CUDA.
 */
export async function judgeLibraries(options: JudgeOptions): Promise<JudgedLibrary[]> {
  const { libtorch, nativeRoot, env, program = probeProgram(nativeRoot) } = options;
  const gpus = visibleGpus((await findGpus(env)).gpus, env);
  const around = { libtorch, layout: cudaLayout(nativeRoot), gpus };
  const judged: JudgedLibrary[] = [];
  const addon = readStamp(nativeRoot)?.sources ?? "";
  for (const library of builtCudaLibraries(nativeRoot)) {
    const problem = misfit(library.built, around);
    if (problem !== undefined) {
      judged.push({ library, problem });
      continue;
    }
    const { passed, reason } = await probe({
      library,
      libtorchCuda: libtorchCudaFile(libtorch),
      gpus,
      addon,
      env,
      program,
    });
    judged.push(passed ? { library } : { library, problem: `${reason} (delete ${library.verdict} to probe again)` });
  }
  return judged;
}

/** The library to use, or why there is none and what to do. */
export async function chooseLibrary(
  options: JudgeOptions,
): Promise<
  { readonly file: string; readonly note?: undefined } | { readonly file?: undefined; readonly note: string }
> {
  const judged = await judgeLibraries(options);
  const usable = judged.findLast(({ problem }) => problem === undefined);
  if (usable) return { file: usable.library.library };
  const why =
    judged.length === 0
      ? "none were built"
      : judged.map(({ library, problem }) => `${library.name}: ${problem}`).join("; ");
  return {
    note: `the CUDA kernels are not used (${why}); LibTorch's own operators do their work, more slowly. To build them: ${BUILD_KERNELS}`,
  };
}
