import { AutocircuitError } from "@autocircuit/base";
import { cacheEntries, compileOnlyCache } from "../cache.ts";
import type { Looked } from "../find-libtorch.ts";
import { type Inspection, inspectLibTorch, type LibTorch } from "../libtorch.ts";
import { findPython, type Python } from "../python.ts";
import { readStamp } from "../stamp.ts";
import { compareVersions } from "../version.ts";
import { cudaMajor } from "./fit.ts";

/** Which CUDA LibTorch is wanted, and where to look. */
export interface CudaLibTorchWanted {
  /** A folder to take instead of looking. */
  readonly folder?: string | undefined;
  /** A release, such as `2.14.1`; default any. */
  readonly version?: string | undefined;
  /** CUDA version whose major number it must share, such as `13.0`; default any. */
  readonly cuda?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly nativeRoot: string;
}

/** What was found, and where it was looked before. */
export interface FoundCudaLibTorch {
  readonly libtorch?: LibTorch;
  readonly looked: readonly Looked[];
  readonly python: Python | undefined;
}

/**
 * Looks for a CUDA LibTorch to compile against; downloads nothing. In this order: the folder that was given, the one the addon was built
 * against, `AUTOCIRCUIT_LIBTORCH`, the user's cache (newest first), the `torch` of the installed Python, builds that were fetched to
 * compile against.
 *
 * @throws AutocircuitError `bad-input` when the folder that was given does not do
 */
export async function findCudaLibTorch(wanted: CudaLibTorchWanted): Promise<FoundCudaLibTorch> {
  const { folder, env, nativeRoot } = wanted;
  if (folder !== undefined) return { libtorch: given(folder, wanted), looked: [], python: undefined };
  const python = await findPython(env);
  const looked: Looked[] = [];
  for (const { place, inspection } of candidates(nativeRoot, env, python)) {
    const why = inspection.libtorch ? refusal(inspection.libtorch, wanted) : inspection.problem;
    if (why === undefined) return { libtorch: inspection.libtorch!, looked, python };
    looked.push({ place, why });
  }
  return { looked, python };
}

/** Every CUDA LibTorch here, each once, those that programs can run with and those that do to compile against. */
export async function cudaLibTorches(nativeRoot: string, env: NodeJS.ProcessEnv): Promise<LibTorch[]> {
  const found = candidates(nativeRoot, env, await findPython(env)).flatMap(({ inspection: { libtorch } }) =>
    libtorch?.kind === "cuda" ? [[libtorch.path, libtorch] as const] : [],
  );
  return [...new Map(found).values()];
}

interface Candidate {
  readonly place: string;
  readonly inspection: Inspection;
}

function candidates(nativeRoot: string, env: NodeJS.ProcessEnv, python: Python | undefined): Candidate[] {
  const addon = readStamp(nativeRoot)?.libtorch.path;
  const chosen = env.AUTOCIRCUIT_LIBTORCH;
  return [
    ...(addon ? [{ place: "the addon's LibTorch", inspection: inspectLibTorch(addon, "addon") }] : []),
    ...(chosen ? [{ place: "AUTOCIRCUIT_LIBTORCH", inspection: inspectLibTorch(chosen, "environment") }] : []),
    ...cached(env),
    ...(python?.torch === undefined
      ? []
      : [{ place: `torch of ${python.command}`, inspection: inspectLibTorch(python.torch, "python") }]),
    ...cached(env, compileOnlyCache(env)),
  ];
}

function cached(env: NodeJS.ProcessEnv, root?: string): Candidate[] {
  const version = ({ inspection }: Candidate) => inspection.libtorch?.version ?? "0";
  return cacheEntries(env, process.platform, root)
    .map(({ folder, inspection }) => ({ place: folder, inspection }))
    .sort((a, b) => compareVersions(version(b), version(a)));
}

/** Why a LibTorch is not what is wanted; undefined when it is. */
export function refusal(
  found: LibTorch,
  { version, cuda }: Pick<CudaLibTorchWanted, "version" | "cuda">,
): string | undefined {
  if (found.kind === "cpu") return `${found.build} is the CPU build`;
  if (version !== undefined && compareVersions(found.version, version) !== 0)
    return `it is ${found.build}, wanted is ${version}`;
  if (cuda !== undefined && found.cuda !== undefined && cudaMajor(found.cuda) !== cudaMajor(cuda))
    return `it is for CUDA ${found.cuda}, nvcc is ${cuda}: their major versions must agree`;
  return undefined;
}

function given(folder: string, wanted: CudaLibTorchWanted): LibTorch {
  const { libtorch, problem } = inspectLibTorch(folder, "environment");
  const why = libtorch ? refusal(libtorch, wanted) : problem;
  if (libtorch && why === undefined) return libtorch;
  throw new AutocircuitError(
    "bad-input",
    `${folder} is no CUDA LibTorch that can be used: ${why}. Give the folder of one that holds lib and include, and an nvcc that suits it in CUDACXX.`,
  );
}
