import { existsSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { defaultJobs } from "../build-steps.ts";
import { findCMake, findCompiler } from "../compilers.ts";
import { withLock } from "../lock.ts";
import { NATIVE_ROOT } from "../native-root.ts";
import { chooseArchitectures } from "./architectures.ts";
import { compileCuda } from "./compile-cuda.ts";
import { ensureCudaLibTorch } from "./ensure-cuda-libtorch.ts";
import { findGpus } from "./gpus.ts";
import {
  type CudaStamp,
  cudaLayout,
  cudaPaths,
  hashCudaSources,
  readCudaStamp,
  reasonsToBuildCuda,
} from "./library.ts";
import { findNvcc, type Nvcc } from "./nvcc.ts";

/** What {@link buildCuda} may be told. */
export interface BuildCudaOptions {
  /** Folder of the CUDA LibTorch; default: the one that is found, else fetched. */
  readonly libtorch?: string | undefined;
  /** Release of the LibTorch that is found or fetched, such as `2.14.1`. */
  readonly torch?: string | undefined;
  /** Such as `80` and `90`; default: those of the machine's GPUs, else 80 and 90. */
  readonly architectures?: readonly string[] | undefined;
  /** Build from scratch, even when nothing changed. */
  readonly force?: boolean | undefined;
  /** Compilers at once; default: one per processor, fewer where memory is short. */
  readonly jobs?: number | undefined;
  /** Told what happens, a line at a time. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: this package. */
  readonly nativeRoot?: string | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** What {@link buildCuda} did. */
export interface BuildCudaResult {
  /** False when the library that was there is current. */
  readonly built: boolean;
  /** Why it was built. */
  readonly reasons: readonly string[];
  /** The library. */
  readonly output: string;
  readonly stamp: CudaStamp;
  readonly seconds: number;
}

/**
 * Builds the library of CUDA kernels alone, with the machine's nvcc, into a folder of its own per LibTorch build and CUDA version. Needs no
 * GPU, and touches nothing of the addon.
 *
 * @throws AutocircuitError `bad-input` for a LibTorch, version or architecture that does not do; `addon` naming the missing tool, or with
 *   the compiler's errors; `libtorch` when there is no CUDA LibTorch and none can be fetched
 * @example
 * const { output, stamp } = await buildCuda({ architectures: ["90"], onLine: console.log });
 */
export async function buildCuda(options: BuildCudaOptions = {}): Promise<BuildCudaResult> {
  const started = performance.now();
  const { nativeRoot = NATIVE_ROOT, env = process.env, force = false, onLine = () => undefined } = options;
  const nvcc = await requireTools(nativeRoot, env);
  const { gpus } = await findGpus(env);
  const architectures = chooseArchitectures(options.architectures ?? [], gpus, nvcc);
  const wanted = { folder: options.libtorch, version: options.torch, cuda: nvcc.version, env, nativeRoot };
  const { path, build, version } = await ensureCudaLibTorch(wanted, onLine);
  const stamp: CudaStamp = {
    sources: hashCudaSources(nativeRoot),
    layout: cudaLayout(nativeRoot),
    libtorch: { path, build, version },
    cuda: nvcc.version,
    architectures,
    platform: `${process.platform}-${process.arch}`,
  };
  const paths = cudaPaths(nativeRoot, `${build}-${nvcc.version}`);
  const reasonsNow = () => [...(force ? ["asked for"] : []), ...reasonsToBuildCuda(readCudaStamp(paths), stamp)];
  let reasons = reasonsNow();
  if (reasons.length > 0) {
    const onWait = (owner: string) => onLine(`waiting for ${owner}, which is building the same library`);
    await withLock(
      paths.lock,
      async () => {
        reasons = reasonsNow();
        if (reasons.length === 0) return;
        onLine(
          `building CUDA kernels for ${architectures.join(" and ")} with nvcc ${nvcc.version} against LibTorch ${build} at ${path} (${reasons.join("; ")})`,
        );
        const jobs = options.jobs ?? defaultJobs();
        await compileCuda({ nativeRoot, paths, stamp, nvcc, force, jobs, env, onLine, signal: options.signal });
      },
      { onWait },
    );
  }
  const seconds = (performance.now() - started) / 1000;
  return { built: reasons.length > 0, reasons, output: paths.library, stamp, seconds };
}

async function requireTools(nativeRoot: string, env: NodeJS.ProcessEnv): Promise<Nvcc> {
  if (!existsSync(join(nativeRoot, "cuda", "CMakeLists.txt"))) {
    throw new AutocircuitError(
      "addon",
      `The CUDA kernels are not here: ${join(nativeRoot, "cuda")} has no CMakeLists.txt.`,
    );
  }
  const tools = (await Promise.all([findCMake(env), findCompiler(env)])).filter((tool) => tool.fix !== undefined);
  const { problem, ...found } = await findNvcc(env);
  const missing = [...tools.map(({ name, fix }) => `No ${name} on the PATH: ${fix}.`), ...(problem ? [problem] : [])];
  if ("nvcc" in found && missing.length === 0) return found.nvcc as Nvcc;
  throw new AutocircuitError("addon", `The CUDA kernels cannot be built. ${missing.join(" ")}`);
}
