import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import { isInstalled } from "./build-root.ts";
import { runStep } from "./build-steps.ts";
import { type BuildTarget, buildTargets, targetFacts } from "./build-targets.ts";
import { findCMake, findCompiler } from "./compilers.ts";
import type { LibTorch } from "./libtorch.ts";
import { buildPaths } from "./stamp.ts";

/** What {@link compile} needs. */
export interface Compilation {
  readonly target: BuildTarget;
  readonly nativeRoot: string;
  readonly libtorch: LibTorch;
  /** From scratch. */
  readonly force: boolean;
  /** Compilers at once. */
  readonly jobs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Compiles and links a target with CMake. The caller holds the lock of the build folder.
 *
 * @param whyNot why nothing that is there already will do; said where tools are missing
 * @throws AutocircuitError "addon" naming the missing tool and how to get it, or with the compiler's errors
 */
export async function compile(work: Compilation, whyNot: readonly string[]): Promise<void> {
  const { nativeRoot, target, libtorch, env } = work;
  await requireTools(whyNot, env);
  const cmakeJs = locateCmakeJs(nativeRoot);
  const paths = buildPaths(nativeRoot, target, env);
  const { what, name } = targetFacts(target);
  // CMake keeps what it found. With another LibTorch it must look again.
  if (work.force) await emptyBuildFolder(paths.folder, []);
  else if (configuredFor(paths.folder) !== libtorch.path) await emptyBuildFolder(paths.folder, finishedOthers(work));
  const common = ["-l", "warn", "-d", nativeRoot, "-O", paths.folder, "-B", "Release", `--CDLIBTORCH=${libtorch.path}`];
  const step = (title: string, args: readonly string[]) =>
    runStep(title, process.execPath, [cmakeJs, ...args], { ...work, cwd: paths.folder });
  await step(`configure ${what}`, ["configure", ...common]);
  await step(`build ${what}`, ["build", ...common, "-T", name, "--parallel", `${work.jobs}`]);
  if (!existsSync(paths.output)) {
    throw new AutocircuitError("addon", `The build went through but left no ${paths.output}; check CMakeLists.txt.`);
  }
  // Nobody changes the sources of an installed package: what only the next build would need, some 300 MB, can go.
  if (isInstalled(nativeRoot)) await rm(join(paths.folder, "CMakeFiles"), { recursive: true, force: true });
}

/** The compiler that would be used now, with the flags that the environment gives it; undefined where there is none. */
export async function compilerInUse(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const found = await findCompiler(env);
  if (found.fix !== undefined) return undefined;
  const flags = ["CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS"].filter((name) => env[name]);
  return [found.command, found.version, ...flags.map((name) => `${name}=${env[name]}`)].join(" ");
}

/** The LibTorch that the build folder was configured with. */
function configuredFor(folder: string): string | undefined {
  const cache = join(folder, "CMakeCache.txt");
  if (!existsSync(cache) || !existsSync(join(folder, "CMakeFiles"))) return undefined;
  return /^LIBTORCH:\w+=(.*)$/m.exec(readFileSync(cache, "utf8"))?.[1];
}

async function requireTools(whyNot: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const missing = (await Promise.all([findCMake(env), findCompiler(env)])).filter((tool) => tool.fix !== undefined);
  if (missing.length === 0) return;
  const tools = missing.map(({ name, fix }) => `  - no ${name} on the PATH: ${fix}`);
  const reasons = whyNot.map((why) => `  - ${why}`);
  throw new AutocircuitError(
    "addon",
    [
      "The native addon is not here and cannot be built:",
      ...reasons,
      ...tools,
      "Install what is missing and run `npx autocircuit setup` again.",
    ].join("\n"),
  );
}

function locateCmakeJs(nativeRoot: string): string {
  try {
    const manifest = createRequire(join(nativeRoot, "package.json")).resolve("cmake-js/package.json");
    return join(dirname(manifest), "bin", "cmake-js");
  } catch (cause) {
    throw new AutocircuitError("addon", "cmake-js is not installed: run npm ci (in a clone) or npm install.", {
      cause,
    });
  }
}

/** Files of the other targets, which may have been taken from the user's store where nothing was ever compiled; stamps say what they are. */
function finishedOthers({ nativeRoot, target, env }: Compilation): string[] {
  const others = buildTargets.filter((other) => other !== target).map((other) => buildPaths(nativeRoot, other, env));
  return others.flatMap(({ output, stamp }) => [output, stamp]);
}

/** Everything but some files, the lock, which is held, and libraries for other devices, which do not depend on the addon. */
async function emptyBuildFolder(folder: string, keep: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(".lock") || name === "cuda" || keep.includes(path)) continue;
    if (keep.some((file) => file.startsWith(join(path, sep)))) await emptyBuildFolder(path, keep);
    else await rm(path, { recursive: true, force: true });
  }
}
