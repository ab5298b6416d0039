import { existsSync } from "node:fs";
import type { LibTorch } from "./libtorch.ts";
import { NATIVE_ROOT } from "./native-root.ts";
import { run } from "./run.ts";
import { buildPaths, currentStamp, readStamp, reasonsToBuild } from "./stamp.ts";

/** What is known about the addon's build. */
export interface AddonFacts {
  /** Where the addon is, or would be. */
  readonly path: string;
  readonly present: boolean;
  /** The LibTorch it was built against. */
  readonly builtAgainst?: { readonly path: string; readonly build: string; readonly variant: string };
  /** The package that it came ready-made from. */
  readonly prebuilt?: string;
  /** Why it must be built again; empty when it is current. */
  readonly stale: readonly string[];
  /** Whether a Node process of its own could load it; undefined when it was not tried. */
  readonly loads?: boolean;
  /** How long that took, start of the process included. */
  readonly loadMs?: number;
  /** Which of the CPU's kernels it uses, in words. */
  readonly processor?: string;
  /** Which variable of the environment has a value that the addon refuses, and what it may be. The addon itself loads. */
  readonly wrongSetting?: string;
  /** The loader's message when it did not load. */
  readonly loadError?: string;
}

/**
 * Loads the file named on the command line and says which LibTorch came with it and which kernels it uses, or which setting it refuses; a
 * crash ends this process and no other.
 */
const PROBE = `
const { versions, processor } = require(process.argv[1]);
const kernels = () => {
  try {
    return { processor: processor?.() };
  } catch (error) {
    if (error.code !== "bad-input") throw error;
    return { wrongSetting: error.message };
  }
};
console.log(JSON.stringify({ ...versions?.(), ...kernels() }));`;
const PROBE_MS = 60_000;

/**
 * Looks at the addon's build and loads it in a process of its own, since a library that does not fit may end the process.
 *
 * @param libtorch What it should be built against; without it, only the file and whether it loads are looked at.
 */
export async function inspectAddon(
  libtorch: LibTorch | undefined,
  nativeRoot: string = NATIVE_ROOT,
  env: NodeJS.ProcessEnv = process.env,
): Promise<AddonFacts> {
  // An addon that was chosen by hand has no stamp to compare.
  const chosen = env.AUTOCIRCUIT_ADDON;
  const path = chosen || buildPaths(nativeRoot, "addon", env).output;
  if (!existsSync(path)) return { path, present: false, stale: ["there is no finished build"] };
  const stamp = chosen ? undefined : readStamp(nativeRoot, "addon", env);
  const started = performance.now();
  const { loadError, processor, wrongSetting } = await probe(path, env);
  return {
    path,
    present: true,
    ...(stamp ? { builtAgainst: stamp.libtorch } : {}),
    ...(stamp?.prebuilt === undefined ? {} : { prebuilt: stamp.prebuilt }),
    stale: libtorch && !chosen ? reasonsToBuild(stamp, currentStamp(nativeRoot, libtorch)) : [],
    loads: loadError === undefined,
    loadMs: Math.round(performance.now() - started),
    ...(processor === undefined ? {} : { processor }),
    ...(wrongSetting === undefined ? {} : { wrongSetting }),
    ...(loadError === undefined ? {} : { loadError }),
  };
}

/** Why an addon does not load in a process of its own, where it does not; and what it says of the processor and of settings. */
export async function probe(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<Pick<AddonFacts, "loadError" | "processor" | "wrongSetting">> {
  const result = await run(process.execPath, ["-e", PROBE, path], { env, timeoutMs: PROBE_MS });
  if (result.timedOut) return { loadError: `it did not load within ${PROBE_MS / 1000} s` };
  if (result.code !== 0) return { loadError: reasonOf(result.stderr) };
  const { builtWith, libtorch, processor, wrongSetting } = JSON.parse(result.stdout.trim().split("\n").at(-1) ?? "{}");
  const release = (version = "unknown") => version.split(".").slice(0, 2).join(".");
  if (libtorch === "unknown" || release(builtWith) === release(libtorch)) {
    if (wrongSetting !== undefined) return { wrongSetting };
    return processor ? { processor: `${processor.used}: ${processor.why}; products ${processor.products}` } : {};
  }
  return {
    loadError: `it was built with LibTorch ${builtWith} and found LibTorch ${libtorch} (look at LD_LIBRARY_PATH)`,
  };
}

/** The line of Node's report that names the error. */
function reasonOf(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? "the process ended without a word";
}
