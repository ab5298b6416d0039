import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { runStep } from "../build-steps.ts";
import { findNinja } from "../compilers.ts";
import { libraryName } from "../libtorch.ts";
import { writeStamp } from "../stamp.ts";
import type { CudaPaths, CudaStamp } from "./library.ts";
import type { Nvcc } from "./nvcc.ts";

/** Names what CMake was last configured for, in its folder. */
const CONFIGURED = "autocircuit-configured.txt";

/** What {@link compileCuda} needs. */
export interface CudaCompilation {
  readonly nativeRoot: string;
  readonly paths: CudaPaths;
  /** What is to be built; written beside the library. */
  readonly stamp: CudaStamp;
  readonly nvcc: Nvcc;
  /** From scratch. */
  readonly force: boolean;
  /** Compilers at once. */
  readonly jobs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs CMake in a folder beside the library's, then puts library and stamp in their places. The caller holds the lock.
 *
 * @throws AutocircuitError "addon" with the compiler's errors; the library that was there is then still whole
 */
export async function compileCuda(compilation: CudaCompilation): Promise<void> {
  const { nativeRoot, paths, stamp, nvcc, force, jobs, env, onLine, signal } = compilation;
  const { work } = paths;
  // CMake keeps what it found. With another LibTorch or compiler it must look again.
  if (force || configuredFor(work) !== `${stamp.libtorch.path} ${nvcc.command}`)
    await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const ninja = (await findNinja(env)).command;
  const configure = [
    ...["-S", join(nativeRoot, "cuda"), "-B", work, "-DCMAKE_BUILD_TYPE=Release"],
    ...(ninja ? ["-G", "Ninja"] : []),
    `-DLIBTORCH=${stamp.libtorch.path}`,
    `-DCMAKE_CUDA_COMPILER=${nvcc.command}`,
    `-DCMAKE_CUDA_ARCHITECTURES=${stamp.architectures.join(";")}`,
    `-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${join(work, "out")}`,
  ];
  const step = (what: string, args: readonly string[]) =>
    runStep(what, "cmake", args, { cwd: nativeRoot, env, signal, onLine: (line) => isProgress(line) && onLine(line) });
  await step("configure the CUDA kernels", configure);
  await writeFile(join(work, CONFIGURED), `${stamp.libtorch.path} ${nvcc.command}`);
  await step("build the CUDA kernels", ["--build", work, "--parallel", `${jobs}`]);
  const made = join(work, "out", libraryName("autocircuit_cuda"));
  if (!existsSync(made)) {
    throw new AutocircuitError(
      "addon",
      `The build went through but left no ${made}; check native/cuda/CMakeLists.txt.`,
    );
  }
  await finish(made, paths, stamp);
}

/** The stamp goes first and comes last, so that no library is taken for what it is not. */
async function finish(made: string, paths: CudaPaths, stamp: CudaStamp): Promise<void> {
  await mkdir(paths.folder, { recursive: true });
  const beside = `${paths.library}.new`;
  copyFileSync(made, beside);
  for (const old of [paths.stamp, paths.verdict]) await rm(old, { force: true });
  await rename(beside, paths.library);
  await writeStamp(paths.stamp, stamp);
}

function configuredFor(work: string): string | undefined {
  const file = join(work, CONFIGURED);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** `[3/12] Building CUDA object ...` of Ninja, `[ 25%] Building ...` of Make. */
function isProgress(line: string): boolean {
  return /^\[\s*\d+(\/\d+|%)\]/.test(line);
}
