import type { LibTorch } from "../libtorch.ts";
import { sameRelease } from "../version.ts";
import { runsOn } from "./architectures.ts";
import type { Gpu } from "./gpus.ts";
import type { CudaStamp } from "./library.ts";

/** What a library of kernels must fit. */
export interface Surroundings {
  /** The LibTorch that the addon uses. */
  readonly libtorch: Pick<LibTorch, "build" | "version" | "cuda">;
  /** Number of the layout that the addon asks for. */
  readonly layout: number;
  /** The GPUs that a program sees; empty where nobody says, and then the probe finds out. */
  readonly gpus: readonly Gpu[];
}

/** The major number of a CUDA version: kernels run with every CUDA runtime of theirs. */
export function cudaMajor(version: string | undefined): string | undefined {
  return version?.split(".")[0];
}

/** Why a library of kernels cannot be used; undefined when it can, as far as its stamp tells. */
export function misfit(built: CudaStamp, { libtorch, layout, gpus }: Surroundings): string | undefined {
  const platform = `${process.platform}-${process.arch}`;
  if (built.platform !== platform) return `it was built for ${built.platform}, this is ${platform}`;
  if (!sameRelease(built.libtorch.version, libtorch.version))
    return `it was built for LibTorch ${built.libtorch.build}, the addon uses ${libtorch.build}`;
  if (cudaMajor(built.cuda) !== cudaMajor(libtorch.cuda))
    return `it was built with CUDA ${built.cuda}, LibTorch is for CUDA ${libtorch.cuda ?? "of unknown version"}`;
  if (built.layout !== layout) return `its layout is ${built.layout}, the addon asks for ${layout}`;
  const other = gpus.find(({ capability }) => !runsOn(built.architectures, capability));
  if (other) {
    const has = built.architectures.join(" and ");
    return `it has code for ${has}, which does not run on ${other.name} (compute capability ${other.capability})`;
  }
  return undefined;
}
