import { AutocircuitError } from "@autocircuit/base";
import { defaultJobs } from "./build-steps.ts";
import type { BuildTarget } from "./build-targets.ts";
import type { Compilation } from "./compile.ts";
import { ensureLibTorch } from "./ensure-libtorch.ts";
import type { LibTorch } from "./libtorch.ts";
import { withLock } from "./lock.ts";
import { machineProblem, thisMachine } from "./machine.ts";
import { NATIVE_ROOT } from "./native-root.ts";
import { type Origin, obtain } from "./obtain.ts";
import { buildPaths, currentStamp, readStamp, reasonsToBuild } from "./stamp.ts";

/** What {@link build} may be told. */
export interface BuildOptions {
  /** Default: the addon. */
  readonly target?: BuildTarget | undefined;
  /** Default: {@link ensureLibTorch}. */
  readonly libtorch?: LibTorch | undefined;
  /** Compile from scratch, even when nothing changed. */
  readonly force?: boolean | undefined;
  /** Compile, although a prebuilt addon or one that was built before would do. */
  readonly fromSource?: boolean | undefined;
  /** Compilers at once; default: one per processor, fewer where memory is short. */
  readonly jobs?: number | undefined;
  /** Told what happens, a line at a time. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: this package. */
  readonly nativeRoot?: string | undefined;
  /** Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** What {@link build} did. */
export interface BuildResult {
  /** False when the build that was there is current. */
  readonly built: boolean;
  /** Where it comes from, when it was not there: a prebuilt package, an earlier build of the user's, the compiler. */
  readonly origin?: Origin;
  /** Why it was built. */
  readonly reasons: readonly string[];
  /** The file that was built, or is current. */
  readonly output: string;
  readonly libtorch: LibTorch;
  readonly seconds: number;
}

/**
 * Puts the addon (or another target) in its place, unless the one that is there was made from the same sources, LibTorch and platform: the
 * prebuilt one where it fits and passes its probe, else one that the user built before, else one that is compiled now.
 *
 * @throws AutocircuitError naming the missing tool and how to get it, or with the compiler's errors.
 * @example
 * const { built, seconds } = await build({ onLine: console.log });
 */
export async function build(options: BuildOptions = {}): Promise<BuildResult> {
  const started = performance.now();
  const problem = machineProblem(thisMachine());
  if (problem !== undefined) throw new AutocircuitError("addon", problem);
  const { target = "addon", nativeRoot = NATIVE_ROOT, env = process.env, force = false } = options;
  const onLine = options.onLine ?? (() => undefined);
  const libtorch = options.libtorch ?? (await ensureLibTorch({ onLine, env }));
  const jobs = options.jobs ?? defaultJobs();
  const work: Compilation = { target, nativeRoot, libtorch, force, jobs, env, onLine, signal: options.signal };
  const fromSource = force || options.fromSource === true;
  const reasonsNow = () => reasonsFor(work, options.fromSource === true);
  const { lock, output } = buildPaths(nativeRoot, target, env);
  let reasons = reasonsNow();
  let origin: Origin | undefined;
  if (reasons.length > 0) {
    const onWait = (owner: string) => onLine(`waiting for ${owner}, which is building in the same folder`);
    const obtainIfNeeded = async () => {
      reasons = reasonsNow();
      if (reasons.length > 0)
        origin = await obtain(work, currentStamp(nativeRoot, libtorch, target), reasons, fromSource);
    };
    await withLock(lock, obtainIfNeeded, { onWait });
  }
  const seconds = (performance.now() - started) / 1000;
  return { built: reasons.length > 0, ...(origin && { origin }), reasons, output, libtorch, seconds };
}

/**
 * Why {@link build} would do something now; empty when what is there is current. Takes a few milliseconds.
 */
export function buildReasons(
  libtorch: LibTorch,
  target: BuildTarget = "addon",
  nativeRoot: string = NATIVE_ROOT,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  return reasonsToBuild(readStamp(nativeRoot, target, env), currentStamp(nativeRoot, libtorch, target));
}

function reasonsFor({ nativeRoot, target, libtorch, force, env }: Compilation, fromSource: boolean): string[] {
  const reasons = buildReasons(libtorch, target, nativeRoot, env);
  if (force) return ["asked for", ...reasons];
  const prebuilt = fromSource ? readStamp(nativeRoot, target, env)?.prebuilt : undefined;
  return prebuilt === undefined ? reasons : [`what is there is ${prebuilt}`, ...reasons];
}
