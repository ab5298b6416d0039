import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { type Inspection, inspectLibTorch } from "./libtorch.ts";

/** Written last into a folder of the cache: the size of every library, so that damage shows. */
const MARKER = "autocircuit.json";

/**
 * The folder that all clones of a user share for downloaded LibTorch builds.
 *
 * `XDG_CACHE_HOME` or `~/.cache` on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
 */
export function libtorchCache(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(userFolder(env, platform), "libtorch");
}

/**
 * The folder of CUDA builds of LibTorch that lack NVIDIA's libraries. They do to compile and link against, without fetching gigabytes, but
 * do not load; so they stand apart from those that a program could run with.
 */
export function compileOnlyCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(userFolder(env), "libtorch-to-compile");
}

/** The folder of everything that AutoCircuit keeps for a user. */
export function userFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  return join(userCache(env, platform), "autocircuit");
}

function userCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  const home = env.HOME || homeOfSystem();
  if (platform === "win32") return env.LOCALAPPDATA || join(home, "AppData", "Local");
  return platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
}

/** @throws AutocircuitError "addon" for a user whom the system does not know, as in a container started with any number */
function homeOfSystem(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new AutocircuitError(
      "addon",
      "This user has no home folder: set XDG_CACHE_HOME to a folder that can be written and kept.",
      { cause },
    );
  }
}

/** One folder of the cache, named `<version>-<variant>`. */
export interface CacheEntry {
  readonly folder: string;
  readonly name: string;
  readonly inspection: Inspection;
}

/** Everything in the cache, sound or not. Unfinished installs have names that start with a dot and are left out. */
export function cacheEntries(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  root: string = libtorchCache(env, platform),
): CacheEntry[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => {
      const folder = join(root, entry.name);
      return { folder, name: entry.name, inspection: inspectEntry(folder, platform) };
    });
}

/** A LibTorch of the cache, checked against the sizes that were written down when it was installed. */
export function inspectEntry(folder: string, platform: NodeJS.Platform = process.platform): Inspection {
  const inspection = inspectLibTorch(join(folder, "torch"), "cache", platform);
  const marker = join(folder, MARKER);
  if (!inspection.libtorch || !existsSync(marker)) return inspection;
  const damaged = damagedFiles(marker, inspection.libtorch.path);
  return damaged.length === 0
    ? inspection
    : { problem: `${folder} is damaged (${damaged.slice(0, 3).join(", ")} changed since it was installed)` };
}

function damagedFiles(marker: string, path: string): string[] {
  let sizes: Record<string, number>;
  try {
    sizes = JSON.parse(readFileSync(marker, "utf8")).libraries ?? {};
  } catch {
    return [MARKER];
  }
  return Object.keys(sizes).filter((name) => fileSize(join(path, "lib", name)) !== sizes[name]);
}

function fileSize(file: string): number {
  return existsSync(file) ? statSync(file).size : -1;
}

/** Writes down the size of every library under `folder/torch/lib`. */
export async function markEntry(folder: string, source: string): Promise<void> {
  const lib = join(folder, "torch", "lib");
  const libraries: Record<string, number> = {};
  for (const entry of readdirSync(lib, { withFileTypes: true })) {
    if (entry.isFile()) libraries[entry.name] = statSync(join(lib, entry.name)).size;
  }
  const facts = { source, installed: new Date().toISOString(), libraries };
  await writeFile(join(folder, MARKER), `${JSON.stringify(facts, null, 2)}\n`);
}
