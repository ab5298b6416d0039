import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "@autocircuit/base";
import { buildRoot } from "./build-root.ts";
import { type BuildTarget, targetFacts } from "./build-targets.ts";
import type { LibTorch } from "./libtorch.ts";
import { hashSources } from "./sources.ts";

/** The Node-API version the addon is built for; it loads in every Node that has this version or a newer one. */
export const NAPI_VERSION = 9;

/** What a build was made from; kept beside it (`build/stamp.json` for the addon). */
export interface Stamp {
  /** SHA-256 over the package's version, and the names and contents of the C++ sources and CMake files. */
  readonly sources: string;
  readonly libtorch: { readonly path: string; readonly build: string; readonly variant: string };
  /** Such as `linux-x64`. */
  readonly platform: string;
  readonly napi: number;
  /** What compiled it, with the flags of the environment. Says nothing about whether a build is current: a newer compiler's is as good. */
  readonly compiler?: string;
  /** What it was taken from, where it was not compiled here: `@autocircuit/native-linux-x64-gnu 0.1.0`. */
  readonly prebuilt?: string;
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
export function buildPaths(
  nativeRoot: string,
  target: BuildTarget = "addon",
  env: NodeJS.ProcessEnv = process.env,
): BuildPaths {
  const folder = buildRoot(nativeRoot, env);
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

/** The stamp of the build that is there, or undefined when there is none (or it cannot be read). */
export function readStamp(
  nativeRoot: string,
  target: BuildTarget = "addon",
  env: NodeJS.ProcessEnv = process.env,
): Stamp | undefined {
  const { stamp, output } = buildPaths(nativeRoot, target, env);
  return existsSync(output) ? stampOf(stamp) : undefined;
}

/** What a stamp's file says; undefined when it cannot be read. */
export function stampOf(file: string): Stamp | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const value = JSON.parse(readFileSync(file, "utf8"));
    return typeof value?.sources === "string" && typeof value?.libtorch?.path === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the stamp whole, so that half a stamp is never read. */
export async function writeStamp(file: string, stamp: object): Promise<void> {
  await writeWhole(file, `${JSON.stringify(stamp, null, 2)}\n`);
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
