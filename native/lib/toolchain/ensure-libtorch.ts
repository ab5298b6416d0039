import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { archiveUrl, installArchive } from "./archive.ts";
import { libtorchCache } from "./cache.ts";
import { type FindLibTorchOptions, findLibTorch, type Looked } from "./find-libtorch.ts";
import type { LibTorch } from "./libtorch.ts";
import { withLock } from "./lock.ts";
import { placeInCache } from "./place-in-cache.ts";
import { findPython, type Python } from "./python.ts";
import { pinnedVersion } from "./version.ts";
import { installWheel, wheelSources } from "./wheel.ts";

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
 * Fetching tries PyTorch's archive, then the `torch` wheel. Environment: `AUTOCIRCUIT_LIBTORCH_SHA256` (needed for
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
  const lock = join(libtorchCache(env), `.lock-${pinnedVersion(variant)}-${variant}`);
  const onWait = (owner: string) => onLine(`waiting for ${owner}, which is installing LibTorch`);
  return withLock(
    lock,
    async () => {
      const again = await findLibTorch(options);
      if (again.libtorch) return again.libtorch;
      const python = again.python ?? (await findPython(env));
      if (!python) throw notFound(variant, [...again.looked]);
      return install({ variant, env, python, onLine }, [...again.looked]);
    },
    { onWait },
  );
}

async function install(request: Install, looked: Looked[]): Promise<LibTorch> {
  for (const [place, method] of [
    ["archive of PyTorch", fromArchive],
    ["torch wheel", fromWheel],
  ] as const) {
    const result = await method(request);
    if (typeof result !== "string") return result;
    looked.push({ place, why: result });
    request.onLine(`${place}: ${result}`);
  }
  throw notFound(request.variant, looked);
}

async function fromArchive(request: Install): Promise<LibTorch | string> {
  const sha256 = request.env.AUTOCIRCUIT_LIBTORCH_SHA256;
  const url = request.env.AUTOCIRCUIT_LIBTORCH_URL || archiveUrl(pinnedVersion(request.variant), request.variant);
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
  const sources = wheelSources(pinnedVersion(request.variant), request.variant);
  const complete = request.variant !== "cpu";
  return place(request, "wheel", (target) => installWheel({ ...request, sources, complete, target }));
}

function place(
  { variant, env }: Install,
  foundBy: "archive" | "wheel",
  fill: (target: string) => Promise<void>,
): Promise<LibTorch | string> {
  const accept = (found: LibTorch) =>
    found.variant === variant ? undefined : `it is ${found.variant}, wanted is ${variant}`;
  return placeInCache({
    cache: libtorchCache(env),
    name: `${pinnedVersion(variant)}-${variant}`,
    foundBy,
    fill,
    accept,
  });
}

function notFound(variant: string, looked: readonly Looked[]): AutocircuitError {
  return new AutocircuitError(
    "libtorch",
    [
      "No LibTorch was found, and none could be fetched:",
      ...looked.map(({ place, why }) => `  - ${place}: ${why}`),
      `Do one of these: install Python 3 with pip and try again; pip install torch==${pinnedVersion(variant)};`,
      "or unpack a LibTorch yourself and set AUTOCIRCUIT_LIBTORCH to the folder that holds lib and include.",
    ].join("\n"),
  );
}
