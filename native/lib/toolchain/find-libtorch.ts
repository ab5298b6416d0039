import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { type CacheEntry, cacheEntries, libtorchCache } from "./cache.ts";
import { inspectLibTorch, type LibTorch } from "./libtorch.ts";
import { findPython, type Python } from "./python.ts";
import { compareVersions, pinnedVersion } from "./version.ts";

/** Which LibTorch is wanted, and the surroundings to look in. */
export interface FindLibTorchOptions {
  /** `cpu`, or `cu130` for CUDA 13.0; default `AUTOCIRCUIT_LIBTORCH_KIND`, else whatever there is. */
  readonly variant?: string | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A place that was looked at and why nothing was taken from it. */
export interface Looked {
  readonly place: string;
  readonly why: string;
}

/** What {@link findLibTorch} found, and where it looked before. */
export interface FoundLibTorch {
  readonly libtorch?: LibTorch;
  readonly looked: readonly Looked[];
  /** The Python interpreter, when the search got as far as asking for one. */
  readonly python?: Python;
}

/**
 * Looks for a LibTorch on this machine; downloads nothing.
 *
 * In this order: the folder in `AUTOCIRCUIT_LIBTORCH`, the user's cache, the `torch` package of the installed Python.
 *
 * @throws AutocircuitError when `AUTOCIRCUIT_LIBTORCH` is set but holds no usable LibTorch: a choice made on purpose is
 *   not replaced in silence.
 */
export async function findLibTorch(options: FindLibTorchOptions = {}): Promise<FoundLibTorch> {
  const env = options.env ?? process.env;
  const wanted = options.variant ?? env.AUTOCIRCUIT_LIBTORCH_KIND;
  if (wanted) checkVariant(wanted);
  const chosen = env.AUTOCIRCUIT_LIBTORCH;
  if (chosen) return { libtorch: chosenLibTorch(chosen), looked: [] };

  const looked: Looked[] = [{ place: "AUTOCIRCUIT_LIBTORCH", why: "not set" }];
  const cached = fromCache(env, wanted, looked);
  if (cached) return { libtorch: cached, looked };

  const python = await findPython(env);
  if (!python) {
    looked.push({ place: "Python", why: "no python3 on the PATH" });
    return { looked };
  }
  const place = `torch of ${python.command} ${python.version}`;
  if (python.torch === undefined) {
    looked.push({ place, why: "not installed" });
    return { looked, python };
  }
  const inspection = inspectLibTorch(python.torch, "python");
  if (inspection.libtorch && (!wanted || inspection.libtorch.variant === wanted)) {
    return { libtorch: inspection.libtorch, looked, python };
  }
  looked.push({ place, why: inspection.problem ?? `is ${inspection.libtorch.variant}, wanted is ${wanted}` });
  return { looked, python };
}

/** @throws AutocircuitError when the text is neither `cpu` nor like `cu130`. */
export function checkVariant(variant: string): void {
  if (/^(cpu|cu\d{3,4})$/.test(variant)) return;
  throw new AutocircuitError(
    "libtorch",
    `"${variant}" (AUTOCIRCUIT_LIBTORCH_KIND) names no kind of LibTorch: use cpu, or cu130 for CUDA 13.0.`,
  );
}

function chosenLibTorch(folder: string): LibTorch {
  const inspection = inspectLibTorch(folder, "environment");
  if (inspection.libtorch) return inspection.libtorch;
  throw new AutocircuitError(
    "libtorch",
    `AUTOCIRCUIT_LIBTORCH is no LibTorch that can be used: ${inspection.problem}. ` +
      "Point it at the folder that holds lib and include, or unset it to let one be found or fetched.",
  );
}

function fromCache(env: NodeJS.ProcessEnv, wanted: string | undefined, looked: Looked[]): LibTorch | undefined {
  const place = libtorchCache(env);
  const sound: { entry: CacheEntry; libtorch: LibTorch }[] = [];
  for (const entry of cacheEntries(env)) {
    const { libtorch, problem } = entry.inspection;
    if (!libtorch) looked.push({ place: entry.folder, why: problem });
    else if (wanted && libtorch.variant !== wanted) looked.push({ place: entry.folder, why: `wanted is ${wanted}` });
    else sound.push({ entry, libtorch });
  }
  if (sound.length === 0) {
    looked.push({ place, why: existsSync(place) ? "holds nothing that can be used" : "does not exist" });
    return undefined;
  }
  const gpu = hasGpuDriver(env);
  sound.sort(
    (a, b) => rank(b.libtorch, gpu) - rank(a.libtorch, gpu) || compareVersions(b.libtorch.version, a.libtorch.version),
  );
  return sound[0]!.libtorch;
}

/** The pinned version goes before others; CUDA goes before CPU only where there is a GPU to use it. */
function rank(libtorch: LibTorch, gpu: boolean): number {
  return (libtorch.version === pinnedVersion(libtorch.variant) ? 2 : 0) + ((libtorch.kind === "cuda") === gpu ? 1 : 0);
}

/** Whether the NVIDIA driver is installed, seen without starting anything. */
export function hasGpuDriver(env: NodeJS.ProcessEnv = process.env): boolean {
  if (existsSync("/proc/driver/nvidia/version")) return true;
  const name = process.platform === "win32" ? "nvidia-smi.exe" : "nvidia-smi";
  return (env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}
