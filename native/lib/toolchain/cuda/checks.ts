import type { DoctorCheck } from "../doctor-check.ts";
import type { LibTorch } from "../libtorch.ts";
import { BUILD_KERNELS } from "./choose-library.ts";
import type { CudaFacts } from "./facts.ts";
import type { Gpu } from "./gpus.ts";

const CUDA_SETUP = "AUTOCIRCUIT_LIBTORCH_KIND=cu130 npm run setup (docs/cuda.md)";

/**
 * What the doctor says of CUDA. Nothing of it is a problem: everything runs on the CPU. Where there is no GPU nothing is missing, either.
 *
 * @param libtorch what the addon uses
 */
export function cudaChecks(facts: CudaFacts, libtorch: LibTorch | undefined): DoctorCheck[] {
  return [...gpus(facts, libtorch), compiler(facts), ...libtorches(facts), ...libraries(facts, libtorch)];
}

function gpus({ gpus: found, driverCuda }: CudaFacts, libtorch: LibTorch | undefined): DoctorCheck[] {
  if (found.length === 0)
    return [{ name: "GPU", status: "ok", detail: "none (nvidia-smi is not there or names none)" }];
  const idle = libtorch?.kind === "cpu";
  return found.map((gpu, index) => {
    const detail = gpuText(gpu, driverCuda);
    if (!idle) return { name: `GPU ${index}`, status: "ok", detail };
    const left = `${detail}; LibTorch is the CPU build and leaves it idle`;
    return { name: `GPU ${index}`, status: "warn", detail: left, fix: CUDA_SETUP };
  });
}

function gpuText({ name, capability, memoryBytes, freeBytes, driver }: Gpu, driverCuda: string | undefined): string {
  const memory = `${gibibytes(freeBytes)} free of ${gibibytes(memoryBytes)}`;
  const cuda = driverCuda === undefined ? "" : ` for CUDA up to ${driverCuda}`;
  return `${name}, ${memory}, compute capability ${capability}, driver ${driver}${cuda}`;
}

function compiler({ compiler: { problem, ...found }, gpus }: CudaFacts): DoctorCheck {
  const name = "nvcc";
  if ("nvcc" in found) {
    const { command, version, foundBy } = found.nvcc;
    return { name, status: "ok", detail: `CUDA ${version}, ${command}, by ${foundBy}` };
  }
  const missing = problem ?? "not found";
  if (gpus.length === 0) return { name, status: "ok", detail: "none (only building CUDA kernels needs it)" };
  return { name, status: "warn", detail: missing, fix: "install the CUDA toolkit to build the CUDA kernels" };
}

function libtorches({ libtorches: found }: CudaFacts): DoctorCheck[] {
  return found.map(({ build, cuda = "of unknown version", path }) => ({
    name: "CUDA torch",
    status: "ok",
    detail: `${build}, CUDA ${cuda}, ${path}`,
  }));
}

function libraries({ libraries: found, gpus }: CudaFacts, libtorch: LibTorch | undefined): DoctorCheck[] {
  const name = "Kernels";
  if (found.length === 0) {
    if (gpus.length === 0 || libtorch?.kind !== "cuda") return [{ name, status: "ok", detail: "none built for CUDA" }];
    const detail = "none built for CUDA: GPUs do with LibTorch's own operators, more slowly";
    return [{ name, status: "warn", detail, fix: BUILD_KERNELS }];
  }
  const used = found.findLast(({ problem }) => problem === undefined);
  const wanted = gpus.length > 0 && libtorch?.kind === "cuda" && used === undefined;
  return found.map((one): DoctorCheck => {
    const { library, problem, stale } = one;
    const { architectures } = library.built;
    const detail = `${library.name}, architectures ${architectures.join(", ")}: ${problem ?? (one === used ? "fits, used" : "fits")}`;
    if (problem !== undefined)
      return { name, status: wanted ? "warn" : "ok", detail, ...(wanted && { fix: BUILD_KERNELS }) };
    if (!stale) return { name, status: "ok", detail };
    return { name, status: "warn", detail: `${detail}, but the CUDA sources changed since`, fix: BUILD_KERNELS };
  });
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
