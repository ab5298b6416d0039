import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isSupported, OLDEST_VERSION, parseVersion } from "./version.ts";

/** Where a LibTorch came from. */
export type FoundBy = "environment" | "cache" | "python" | "archive" | "wheel" | "addon";

/** A usable LibTorch on this machine. */
export interface LibTorch {
  /** The folder that holds `lib` and `include`. */
  readonly path: string;
  /** The release, such as `2.13.0`. */
  readonly version: string;
  /** The release with its build, such as `2.13.0+cpu`. */
  readonly build: string;
  readonly kind: "cpu" | "cuda";
  /** CUDA version such as `13.0`, for the kind `cuda`. */
  readonly cuda?: string;
  /** `cpu`, or `cu130` for CUDA 13.0: the last part of the name of a cache folder. */
  readonly variant: string;
  /** A Python wheel carries `version.py`; the archive for C++ carries `build-version`. */
  readonly layout: "wheel" | "archive";
  readonly foundBy: FoundBy;
}

/** A LibTorch, or why the folder is none. */
export type Inspection =
  | { readonly libtorch: LibTorch; readonly problem?: undefined }
  | { readonly libtorch?: undefined; readonly problem: string };

const LIBRARIES = ["torch", "torch_cpu", "c10"];
const HEADERS = ["ATen/ATen.h", "c10/core/Device.h", "torch/library.h"];

/** File name of a shared library: `libc10.so`, `libc10.dylib`, `c10.dll`. */
export function libraryName(name: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return `${name}.dll`;
  return `lib${name}${platform === "darwin" ? ".dylib" : ".so"}`;
}

/**
 * Reads what a folder holds without loading any of it.
 *
 * Takes the LibTorch folder itself, or one that holds it as `torch` (site-packages) or `libtorch` (an unpacked archive).
 */
export function inspectLibTorch(
  folder: string,
  foundBy: FoundBy,
  platform: NodeJS.Platform = process.platform,
): Inspection {
  const root = resolve(folder);
  if (!existsSync(root)) return { problem: `${root} does not exist` };
  const path = [root, join(root, "torch"), join(root, "libtorch")].find((dir) => existsSync(join(dir, "lib")));
  if (path === undefined) return { problem: `${root} has no lib folder` };
  const missing = [
    ...LIBRARIES.map((name) => join("lib", libraryName(name, platform))),
    ...HEADERS.map((name) => join("include", name)),
  ].filter((file) => !existsSync(join(path, file)));
  if (missing.length > 0) return { problem: `${path} lacks ${missing.join(", ")}` };

  const found = readVersion(path);
  const parsed = found && parseVersion(found.build);
  if (!found || !parsed) return { problem: `${path} does not say its version (version.py, build-version, version.h)` };
  const hasCuda = existsSync(join(path, "lib", libraryName("torch_cuda", platform)));
  const cuda = hasCuda ? (found.cuda ?? cudaOfTag(parsed.local)) : undefined;
  if (!isSupported(parsed.release)) {
    return { problem: `${path} is LibTorch ${found.build}; supported are ${OLDEST_VERSION} and newer, below 3` };
  }
  return {
    libtorch: {
      path,
      version: parsed.release,
      build: found.build,
      kind: hasCuda ? "cuda" : "cpu",
      ...(cuda === undefined ? {} : { cuda }),
      variant: hasCuda ? (cuda === undefined ? "cuda" : `cu${cuda.replace(".", "")}`) : "cpu",
      layout: found.layout,
      foundBy,
    },
  };
}

interface VersionFacts {
  readonly build: string;
  readonly cuda?: string | undefined;
  readonly layout: LibTorch["layout"];
}

function readVersion(path: string): VersionFacts | undefined {
  const python = read(join(path, "version.py"));
  const build = /^__version__\s*(?::[^=]*)?=\s*['"]([^'"]+)['"]/m.exec(python ?? "")?.[1];
  if (build !== undefined) {
    return { build, cuda: /^cuda\s*(?::[^=]*)?=\s*['"]([^'"]+)['"]/m.exec(python!)?.[1], layout: "wheel" };
  }
  const plain = read(join(path, "build-version"))?.trim();
  if (plain) return { build: plain, layout: "archive" };
  const release = versionOfHeader(path);
  return release === undefined ? undefined : { build: release, layout: "archive" };
}

/** Distributions that carry neither version file still define the version for the preprocessor. */
function versionOfHeader(path: string): string | undefined {
  for (const file of ["torch/headeronly/version.h", "torch/csrc/api/include/torch/version.h"]) {
    const text = read(join(path, "include", file)) ?? "";
    const parts = ["MAJOR", "MINOR", "PATCH"].map((part) => new RegExp(`TORCH_VERSION_${part} (\\d+)`).exec(text)?.[1]);
    if (parts.every((part) => part !== undefined)) return parts.join(".");
  }
  return undefined;
}

/** `cu130` -> `13.0`, `cu126` -> `12.6`: the last digit is the minor version. */
function cudaOfTag(tag: string | undefined): string | undefined {
  const match = /^cu(\d+)(\d)$/.exec(tag ?? "");
  return match ? `${match[1]}.${match[2]}` : undefined;
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
