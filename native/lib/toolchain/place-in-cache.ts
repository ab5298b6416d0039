import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { inspectEntry, markEntry } from "./cache.ts";
import { spaceProblem } from "./free-space.ts";
import { inspectLibTorch, type LibTorch } from "./libtorch.ts";

/** What {@link placeInCache} needs. */
export interface Placing {
  /** The folder of caches; the new one gets the name `<version>-<variant>` there. */
  readonly cache: string;
  /** What is being installed; tells its temporary folders from those of others. */
  readonly name: string;
  readonly foundBy: "archive" | "wheel";
  /** Fills a folder so that it holds `torch`. */
  readonly fill: (target: string) => Promise<void>;
  /** Why what came is not what was wanted; undefined when it is. */
  readonly accept: (libtorch: LibTorch) => string | undefined;
}

/** What is fetched for the CPU and what is unpacked beside it, in bytes; builds for CUDA take more. */
const LEAST_SPACE = 690 * 2 ** 20;

/**
 * Fills a temporary folder, checks it, and renames it to its place in the cache. The caller holds the lock of `name`.
 *
 * @returns the LibTorch, or why there is none
 */
export async function placeInCache({ cache, name, foundBy, fill, accept }: Placing): Promise<LibTorch | string> {
  const prefix = `.install-${name}-`;
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache, prefix);
  const full = await spaceProblem(cache, LEAST_SPACE);
  if (full !== undefined) return full;
  const temporary = await mkdtemp(join(cache, prefix));
  try {
    await fill(temporary);
    await rm(join(temporary, "wheels"), { recursive: true, force: true });
    await rm(join(temporary, "libtorch.zip"), { force: true });
    const { libtorch, problem } = inspectLibTorch(join(temporary, "torch"), foundBy);
    if (!libtorch) return problem;
    const refusal = accept(libtorch);
    if (refusal !== undefined) return refusal;
    await markEntry(temporary, foundBy);
    const folder = join(cache, `${libtorch.version}-${libtorch.variant}`);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    const installed = inspectEntry(folder).libtorch;
    return installed ? { ...installed, foundBy } : `${folder} was changed by another program`;
  } catch (error) {
    if (error instanceof AutocircuitError) return error.message;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** What a killed install left behind. The lock is held, so nobody else is filling such a folder now. */
async function removeLeftovers(cache: string, prefix: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith(prefix)) await rm(join(cache, name), { recursive: true, force: true });
  }
}
