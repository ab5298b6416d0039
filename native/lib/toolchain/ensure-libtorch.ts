import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AutocircuitError } from "../errors.ts";
import { archiveUrl, installArchive } from "./archive.ts";
import { inspectEntry, libtorchCache, markEntry } from "./cache.ts";
import { type FindLibTorchOptions, findLibTorch, type Looked } from "./find-libtorch.ts";
import { inspectLibTorch, type LibTorch } from "./libtorch.ts";
import { withLock } from "./lock.ts";
import { findPython, type Python } from "./python.ts";
import { PINNED_VERSION } from "./version.ts";
import { installWheel } from "./wheel.ts";

/** What {@link ensureLibTorch} may be told. */
export interface EnsureLibTorchOptions extends FindLibTorchOptions {
  /** Told what happens, a line at a time. */
  readonly onLine?: ((line: string) => void) | undefined;
}

interface Install {
  readonly variant: string;
  readonly env: NodeJS.ProcessEnv;
  readonly python: Python;
  readonly onLine: (line: string) => void;
}

/**
 * The LibTorch to build against: the one that is found, or else one that is fetched into the user's cache.
 *
 * Fetching tries the official archive, then the `torch` wheel. Environment: `AUTOCIRCUIT_LIBTORCH_SHA256` (needed for
 * the archive, whose checksum is not published beside it), `AUTOCIRCUIT_LIBTORCH_URL` (a mirror of the archive),
 * `AUTOCIRCUIT_LIBTORCH_KIND` (`cpu` by default, `cu130` for CUDA 13.0), `AUTOCIRCUIT_PYTHON`.
 *
 * Several processes may call this at once, also from several clones: one installs, the others wait for it. An install
 * is unpacked beside its place and renamed when it is complete.
 *
 * @throws AutocircuitError that lists every place that was tried, why it failed, and what to do.
 * @example
 * const libtorch = await ensureLibTorch({ onLine: console.log });
 * console.log(libtorch.path, libtorch.build);
 */
export async function ensureLibTorch(options: EnsureLibTorchOptions = {}): Promise<LibTorch> {
  const env = options.env ?? process.env;
  const onLine = options.onLine ?? (() => undefined);
  const found = await findLibTorch(options);
  if (found.libtorch) return found.libtorch;

  const variant = options.variant ?? (env.AUTOCIRCUIT_LIBTORCH_KIND || "cpu");
  const lock = join(libtorchCache(env), `.lock-${PINNED_VERSION}-${variant}`);
  const onWait = (owner: string) => onLine(`waiting for ${owner}, which is installing LibTorch`);
  return withLock(
    lock,
    async () => {
      const again = await findLibTorch(options);
      if (again.libtorch) return again.libtorch;
      const python = again.python ?? (await findPython(env));
      if (!python) throw notFound([...again.looked]);
      return install({ variant, env, python, onLine }, [...again.looked]);
    },
    { onWait },
  );
}

async function install(request: Install, looked: Looked[]): Promise<LibTorch> {
  for (const [place, method] of [
    ["official archive", fromArchive],
    ["torch wheel", fromWheel],
  ] as const) {
    const result = await method(request);
    if (typeof result !== "string") return result;
    looked.push({ place, why: result });
    request.onLine(`${place}: ${result}`);
  }
  throw notFound(looked);
}

async function fromArchive(request: Install): Promise<LibTorch | string> {
  const sha256 = request.env.AUTOCIRCUIT_LIBTORCH_SHA256;
  const url = request.env.AUTOCIRCUIT_LIBTORCH_URL || archiveUrl(PINNED_VERSION, request.variant);
  if (!url) return "none is published for this platform";
  if (!sha256)
    return "skipped, AUTOCIRCUIT_LIBTORCH_SHA256 is not set (an archive is not trusted without its checksum)";
  return place(request, "archive", async (target) => {
    request.onLine(`downloading ${url}`);
    await installArchive({ url, sha256, target, python: request.python, onLine: request.onLine });
  });
}

async function fromWheel(request: Install): Promise<LibTorch | string> {
  if (!request.python.pip) return `${request.python.command} has no pip`;
  return place(request, "wheel", (target) => installWheel({ ...request, version: PINNED_VERSION, target }));
}

/** Fills a temporary folder, checks it, and renames it to its place in the cache. */
async function place(
  request: Install,
  foundBy: "archive" | "wheel",
  fill: (target: string) => Promise<void>,
): Promise<LibTorch | string> {
  const cache = libtorchCache(request.env);
  const prefix = `.install-${PINNED_VERSION}-${request.variant}-`;
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache, prefix);
  const temporary = await mkdtemp(join(cache, prefix));
  try {
    await fill(temporary);
    await rm(join(temporary, "wheels"), { recursive: true, force: true });
    await rm(join(temporary, "libtorch.zip"), { force: true });
    const { libtorch, problem } = inspectLibTorch(join(temporary, "torch"), foundBy);
    if (!libtorch) return problem;
    if (libtorch.variant !== request.variant) return `it is ${libtorch.variant}, wanted is ${request.variant}`;
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

function notFound(looked: readonly Looked[]): AutocircuitError {
  return new AutocircuitError(
    "libtorch",
    [
      "No LibTorch was found, and none could be fetched:",
      ...looked.map(({ place, why }) => `  - ${place}: ${why}`),
      `Do one of these: install Python 3 with pip and try again; pip install torch==${PINNED_VERSION};`,
      "or unpack a LibTorch yourself and set AUTOCIRCUIT_LIBTORCH to the folder that holds lib and include.",
    ].join("\n"),
  );
}
