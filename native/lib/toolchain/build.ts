import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AutocircuitError } from "../errors.ts";
import { defaultJobs, runStep } from "./build-steps.ts";
import { type BuildTarget, targetFacts } from "./build-targets.ts";
import { findCMake, findCompiler } from "./compilers.ts";
import { ensureLibTorch } from "./ensure-libtorch.ts";
import type { LibTorch } from "./libtorch.ts";
import { withLock } from "./lock.ts";
import { NATIVE_ROOT } from "./native-root.ts";
import { buildPaths, currentStamp, readStamp, reasonsToBuild, writeStamp } from "./stamp.ts";

/** What {@link build} may be told. */
export interface BuildOptions {
  /** Default: the addon. */
  readonly target?: BuildTarget | undefined;
  /** Default: {@link ensureLibTorch}. */
  readonly libtorch?: LibTorch | undefined;
  /** Build from scratch, even when nothing changed. */
  readonly force?: boolean | undefined;
  /** Compilers at once; default: one per processor, fewer where memory is short. */
  readonly jobs?: number | undefined;
  /** Told what happens, a line at a time. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: this package. */
  readonly nativeRoot?: string | undefined;
}

/** What {@link build} did. */
export interface BuildResult {
  /** False when the build that was there is current. */
  readonly built: boolean;
  /** Why it was built. */
  readonly reasons: readonly string[];
  /** The file that was built, or is current. */
  readonly output: string;
  readonly libtorch: LibTorch;
  readonly seconds: number;
}

/**
 * Builds the addon (or another target) against a LibTorch, unless the build that is there was made from the same
 * sources, LibTorch and platform.
 *
 * @throws AutocircuitError naming the missing tool and how to get it, or with the compiler's errors.
 * @example
 * const { built, seconds } = await build({ onLine: console.log });
 */
export async function build(options: BuildOptions = {}): Promise<BuildResult> {
  const started = performance.now();
  const onLine = options.onLine ?? (() => undefined);
  const libtorch = options.libtorch ?? (await ensureLibTorch({ onLine }));
  const work: Work = {
    target: options.target ?? "addon",
    nativeRoot: options.nativeRoot ?? NATIVE_ROOT,
    libtorch,
    force: options.force === true,
    jobs: options.jobs ?? defaultJobs(),
    onLine,
    signal: options.signal,
  };
  const { lock, output } = buildPaths(work.nativeRoot, work.target);
  let reasons = reasonsFor(work);
  if (reasons.length > 0) {
    const onWait = (owner: string) => onLine(`waiting for ${owner}, which is building in the same folder`);
    const compileIfNeeded = async () => {
      reasons = reasonsFor(work);
      if (reasons.length > 0) await compile(work, reasons);
    };
    await withLock(lock, compileIfNeeded, { onWait });
  }
  return { built: reasons.length > 0, reasons, output, libtorch, seconds: (performance.now() - started) / 1000 };
}

/**
 * Why {@link build} would compile something now; empty when what is there is current. Takes a few milliseconds.
 */
export function buildReasons(
  libtorch: LibTorch,
  target: BuildTarget = "addon",
  nativeRoot: string = NATIVE_ROOT,
): string[] {
  return reasonsToBuild(readStamp(nativeRoot, target), currentStamp(nativeRoot, libtorch, target));
}

interface Work {
  readonly target: BuildTarget;
  readonly nativeRoot: string;
  readonly libtorch: LibTorch;
  readonly force: boolean;
  readonly jobs: number;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

function reasonsFor({ nativeRoot, target, libtorch, force }: Work): string[] {
  const reasons = buildReasons(libtorch, target, nativeRoot);
  return force ? ["asked for", ...reasons] : reasons;
}

async function compile(work: Work, reasons: readonly string[]): Promise<void> {
  const { nativeRoot, target, libtorch } = work;
  await requireTools();
  const cmakeJs = locateCmakeJs(nativeRoot);
  const stamp = currentStamp(nativeRoot, libtorch, target);
  const paths = buildPaths(nativeRoot, target);
  const { what, name } = targetFacts(target);
  work.onLine(`building ${what} against LibTorch ${libtorch.build} at ${libtorch.path} (${reasons.join("; ")})`);
  await rm(paths.stamp, { force: true });
  // CMake keeps what it found. With another LibTorch it must look again.
  if (work.force || configuredFor(paths.folder) !== libtorch.path) await emptyBuildFolder(paths.folder);
  const common = ["-l", "warn", "-d", nativeRoot, "-B", "Release", `--CDLIBTORCH=${libtorch.path}`];
  const step = (title: string, args: readonly string[]) =>
    runStep(title, process.execPath, [cmakeJs, ...args], { cwd: nativeRoot, ...work });
  await step(`configure ${what}`, ["configure", ...common]);
  await step(`build ${what}`, ["build", ...common, "-T", name, "--parallel", `${work.jobs}`]);
  if (!existsSync(paths.output)) {
    throw new AutocircuitError("addon", `The build went through but left no ${paths.output}; check CMakeLists.txt.`);
  }
  await writeStamp(nativeRoot, stamp, target);
}

/** The LibTorch that the build folder was configured with. */
function configuredFor(folder: string): string | undefined {
  const cache = join(folder, "CMakeCache.txt");
  return existsSync(cache) ? /^LIBTORCH:\w+=(.*)$/m.exec(readFileSync(cache, "utf8"))?.[1] : undefined;
}

async function requireTools(): Promise<void> {
  const missing = (await Promise.all([findCMake(), findCompiler()])).filter((tool) => tool.fix !== undefined);
  if (missing.length === 0) return;
  throw new AutocircuitError(
    "addon",
    `The addon cannot be built. ${missing.map(({ name, fix }) => `No ${name} on the PATH: ${fix}`).join(". ")}.`,
  );
}

function locateCmakeJs(nativeRoot: string): string {
  try {
    const manifest = createRequire(join(nativeRoot, "package.json")).resolve("cmake-js/package.json");
    return join(dirname(manifest), "bin", "cmake-js");
  } catch (cause) {
    throw new AutocircuitError("addon", "cmake-js is not installed: run npm ci in the repository.", { cause });
  }
}

/** Everything but the lock, which is held, and libraries for other devices, which do not depend on the addon. */
async function emptyBuildFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(".lock") && name !== "cuda") await rm(join(folder, name), { recursive: true, force: true });
  }
}
