import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { dirname } from "node:path";
import { type AddonFacts, inspectAddon } from "./addon.ts";
import { cacheEntries, libtorchCache } from "./cache.ts";
import { type BuildTool, findCMake, findCompiler, findNinja } from "./compilers.ts";
import { type CudaFacts, collectCudaFacts } from "./cuda/facts.ts";
import { findLibTorch, type Looked } from "./find-libtorch.ts";
import { inspectLibTorch, type LibTorch } from "./libtorch.ts";
import { type MachineKind, thisMachine } from "./machine.ts";
import { NATIVE_ROOT } from "./native-root.ts";
import { findPython, type Python } from "./python.ts";

/** Everything that decides whether AutoCircuit builds and runs here. */
export interface MachineFacts {
  readonly machine: MachineKind;
  readonly libtorch?: LibTorch;
  /** Where LibTorch was looked for, and why nothing was taken from there. */
  readonly looked: readonly Looked[];
  readonly addon: AddonFacts;
  readonly compiler: BuildTool;
  readonly cmake: BuildTool;
  readonly ninja: BuildTool;
  readonly python?: Python;
  readonly threads: number;
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  readonly cache: { readonly path: string; readonly freeBytes: number; readonly entries: readonly string[] };
  readonly cuda: CudaFacts;
}

/** Where to collect facts; the defaults are this process and this package. */
export interface DoctorOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly nativeRoot?: string;
}

/** Looks at the machine. Starts a few short programs (compilers asked for their version, one that loads the addon). */
export async function collectFacts(options: DoctorOptions = {}): Promise<MachineFacts> {
  const env = options.env ?? process.env;
  const search = findLibTorch({ env }).catch((error: Error) => ({
    libtorch: undefined,
    looked: [{ place: "AUTOCIRCUIT_LIBTORCH", why: error.message }],
  }));
  const [{ libtorch, looked }, compiler, cmake, ninja, python] = await Promise.all([
    search,
    findCompiler(env),
    findCMake(env),
    findNinja(env),
    findPython(env),
  ]);
  const nativeRoot = options.nativeRoot ?? NATIVE_ROOT;
  const addon = await inspectAddon(libtorch, nativeRoot, env);
  const cache = libtorchCache(env);
  return {
    machine: thisMachine(),
    ...(libtorch ? { libtorch } : {}),
    looked,
    addon,
    compiler,
    cmake,
    ninja,
    ...(python ? { python } : {}),
    threads: availableParallelism(),
    memory: { totalBytes: totalmem(), freeBytes: process.availableMemory() },
    cache: { path: cache, freeBytes: await freeSpace(cache), entries: cacheEntries(env).map((entry) => entry.name) },
    cuda: await collectCudaFacts(addon.loads ? (usedLibTorch(addon) ?? libtorch) : undefined, nativeRoot, env),
  };
}

/** The LibTorch that the addon was built against, which need not be the one that would be found now. */
export function usedLibTorch({ builtAgainst }: AddonFacts): LibTorch | undefined {
  return builtAgainst && inspectLibTorch(builtAgainst.path, "addon").libtorch;
}

/** Free bytes on the disk that holds the folder, or that will hold it once it is made. */
async function freeSpace(folder: string): Promise<number> {
  let path = folder;
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path);
  const disk = await statfs(path);
  return disk.bavail * disk.bsize;
}
