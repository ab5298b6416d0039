import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { type BuildTarget, targetFacts } from "./build-targets.ts";
import type { LibTorch } from "./libtorch.ts";

/** The Node-API version the addon is built for; it loads in every Node that has this version or a newer one. */
export const NAPI_VERSION = 9;

const EXTENSIONS = new Set([".cpp", ".cc", ".c", ".h", ".hpp", ".cu", ".cuh", ".cmake", ".in"]);

/** What a build was made from; kept beside it (`build/stamp.json` for the addon). */
export interface Stamp {
  /** SHA-256 over the package's version, and the names and contents of the C++ sources and CMake files. */
  readonly sources: string;
  readonly libtorch: { readonly path: string; readonly build: string; readonly variant: string };
  /** Such as `linux-x64`. */
  readonly platform: string;
  readonly napi: number;
}

/** Where the parts of a build lie. */
export interface BuildPaths {
  readonly folder: string;
  /** Held while something is built in the folder. */
  readonly lock: string;
  /** The file that is built. */
  readonly output: string;
  readonly stamp: string;
}

/** Where a build lies, given the folder of `@autocircuit/native`. */
export function buildPaths(nativeRoot: string, target: BuildTarget = "addon"): BuildPaths {
  const folder = join(nativeRoot, "build");
  const { output, stamp } = targetFacts(target);
  return { folder, lock: join(folder, ".lock"), output: join(folder, output), stamp: join(folder, stamp) };
}

/** What a build made now would be made from. */
export function currentStamp(nativeRoot: string, libtorch: LibTorch, target: BuildTarget = "addon"): Stamp {
  return {
    sources: hashSources(nativeRoot, target),
    libtorch: { path: libtorch.path, build: libtorch.build, variant: libtorch.variant },
    platform: `${process.platform}-${process.arch}`,
    napi: NAPI_VERSION,
  };
}

/** SHA-256 of everything the compiler reads from this folder for a target. Line endings do not count. */
export function hashSources(nativeRoot: string, target: BuildTarget = "addon"): string {
  const lists = join(nativeRoot, "CMakeLists.txt");
  const files = filesBelow(targetFacts(target).folders.map((folder) => join(nativeRoot, folder)));
  return hashFiles(nativeRoot, existsSync(lists) ? [lists, ...files] : files, packageVersion(nativeRoot));
}

/** SHA-256 of files and their names below a folder, after a text. Line endings do not count. */
export function hashFiles(root: string, files: readonly string[], before = ""): string {
  const hash = createHash("sha256").update(before);
  for (const file of files) {
    const name = relative(root, file).split(sep).join("/");
    const text = readFileSync(file, "latin1").replaceAll("\r\n", "\n");
    hash.update(`${name}\0${text.length}\0`).update(text, "latin1");
  }
  return hash.digest("hex");
}

/** The addon carries the version of its package. */
function packageVersion(nativeRoot: string): string {
  const manifest = join(nativeRoot, "package.json");
  return existsSync(manifest) ? `${JSON.parse(readFileSync(manifest, "utf8")).version}` : "";
}

/** Every file that a compiler or CMake reads in these folders, sorted. */
export function filesBelow(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && (EXTENSIONS.has(extname(entry.name)) || entry.name === "CMakeLists.txt"))
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .sort();
}

/** The stamp of the build that is there, or undefined when there is none (or it cannot be read). */
export function readStamp(nativeRoot: string, target: BuildTarget = "addon"): Stamp | undefined {
  const { stamp, output } = buildPaths(nativeRoot, target);
  if (!existsSync(stamp) || !existsSync(output)) return undefined;
  try {
    const value = JSON.parse(readFileSync(stamp, "utf8"));
    return typeof value?.sources === "string" && typeof value?.libtorch?.path === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the stamp beside its place and renames it, so that half a stamp is never read. */
export async function writeStamp(nativeRoot: string, stamp: Stamp, target: BuildTarget = "addon"): Promise<void> {
  const file = buildPaths(nativeRoot, target).stamp;
  await writeFile(`${file}.new`, `${JSON.stringify(stamp, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** Why something must be built; empty when the build that is there is current. */
export function reasonsToBuild(built: Stamp | undefined, wanted: Stamp): string[] {
  if (!built) return ["there is no finished build"];
  const reasons: string[] = [];
  if (built.sources !== wanted.sources) reasons.push("the C++ sources changed");
  const { libtorch } = built;
  if (libtorch.build !== wanted.libtorch.build || libtorch.variant !== wanted.libtorch.variant) {
    reasons.push(`LibTorch is ${wanted.libtorch.build}, the build is for ${libtorch.build}`);
  } else if (libtorch.path !== wanted.libtorch.path) {
    reasons.push(`LibTorch moved from ${libtorch.path} to ${wanted.libtorch.path}`);
  }
  if (built.platform !== wanted.platform)
    reasons.push(`this is ${wanted.platform}, the build is for ${built.platform}`);
  if (built.napi !== wanted.napi) reasons.push(`Node-API is ${wanted.napi}, the build is for ${built.napi}`);
  return reasons;
}
