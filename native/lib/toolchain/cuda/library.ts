import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildRoot } from "../build-root.ts";
import { libraryName } from "../libtorch.ts";
import { filesBelow, hashFiles } from "../sources.ts";

/** Says the layout that a library of kernels must have. */
const LAYOUT_HEADER = "src/devices/device_library.h";
/** What a library of kernels is made from outside its own folder. */
const SHARED = [
  LAYOUT_HEADER,
  "src/devices/tile_rows.h",
  "src/operators/table.h",
  "src/runtime/error.h",
  "cmake/libtorch.cmake",
];

/** What a library of kernels was made from; `stamp.json` beside it. */
export interface CudaStamp {
  /** SHA-256 over the names and contents of native/cuda, without its tests, and of what it shares with the addon. */
  readonly sources: string;
  /** Number of the layout of those headers. */
  readonly layout: number;
  readonly libtorch: { readonly path: string; readonly build: string; readonly version: string };
  /** CUDA version of the nvcc, such as `13.0`. */
  readonly cuda: string;
  /** Such as `80` and `90`. */
  readonly architectures: readonly string[];
  /** Such as `linux-x64`. */
  readonly platform: string;
}

/** Where a library of kernels lies. There is one folder per LibTorch build and CUDA version. */
export interface CudaPaths {
  /** Such as `2.14.1+cu130-13.0`. */
  readonly name: string;
  readonly folder: string;
  readonly library: string;
  readonly stamp: string;
  /** Whether it passed its probe, and where. */
  readonly verdict: string;
  /** What the compiler leaves behind, so that the next build compiles only what changed. */
  readonly work: string;
  /** Held while it is built. */
  readonly lock: string;
}

/** A library of kernels that was built. */
export interface BuiltCudaLibrary extends CudaPaths {
  readonly built: CudaStamp;
}

/** Where the library of a LibTorch build and a CUDA version lies. */
export function cudaPaths(nativeRoot: string, name: string): CudaPaths {
  const root = join(buildRoot(nativeRoot), "cuda");
  const folder = join(root, name);
  return {
    name,
    folder,
    library: join(folder, libraryName("autocircuit_cuda")),
    stamp: join(folder, "stamp.json"),
    verdict: join(folder, "probe.json"),
    work: join(root, `.work-${name}`),
    lock: join(root, `.lock-${name}`),
  };
}

/** Every finished library of kernels, by name. */
export function builtCudaLibraries(nativeRoot: string): BuiltCudaLibrary[] {
  const root = join(buildRoot(nativeRoot), "cuda");
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => cudaPaths(nativeRoot, entry.name))
    .flatMap((paths) => {
      const built = readCudaStamp(paths);
      return built ? [{ ...paths, built }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The stamp of a finished library; undefined when there is none, or none that can be read. */
export function readCudaStamp({ stamp, library }: CudaPaths): CudaStamp | undefined {
  if (!existsSync(stamp) || !existsSync(library)) return undefined;
  try {
    const value = JSON.parse(readFileSync(stamp, "utf8"));
    const whole = typeof value?.sources === "string" && Array.isArray(value.architectures) && value.libtorch?.version;
    return whole ? value : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of everything that a library of kernels is compiled from. */
export function hashCudaSources(nativeRoot: string): string {
  const tests = join(nativeRoot, "cuda", "test");
  const own = filesBelow([join(nativeRoot, "cuda")]).filter((file) => !file.startsWith(tests));
  const shared = SHARED.map((name) => join(nativeRoot, name)).filter((file) => existsSync(file));
  return hashFiles(nativeRoot, [...own, ...shared]);
}

/** Number of the layout that libraries of kernels must have to be opened; 0 where the sources do not say. */
export function cudaLayout(nativeRoot: string): number {
  const header = join(nativeRoot, LAYOUT_HEADER);
  const text = existsSync(header) ? readFileSync(header, "utf8") : "";
  return Number(/kDeviceLibraryLayout = (\d+)/.exec(text)?.[1] ?? 0);
}

/** Why a library must be built; empty when the one that is there is current. */
export function reasonsToBuildCuda(built: CudaStamp | undefined, wanted: CudaStamp): string[] {
  if (!built) return ["there is no finished build"];
  const reasons: string[] = [];
  if (built.sources !== wanted.sources) reasons.push("the CUDA sources changed");
  if (built.libtorch.path !== wanted.libtorch.path)
    reasons.push(`LibTorch is at ${wanted.libtorch.path}, the build is for ${built.libtorch.path}`);
  if (built.architectures.join() !== wanted.architectures.join())
    reasons.push(
      `architectures are ${wanted.architectures.join(", ")}, the build has ${built.architectures.join(", ")}`,
    );
  if (built.platform !== wanted.platform)
    reasons.push(`this is ${wanted.platform}, the build is for ${built.platform}`);
  return reasons;
}
