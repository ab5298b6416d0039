import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { AutocircuitError } from "@autocircuit/base";
import type { Addon } from "./addon.ts";
import { openEarly } from "./devices/open-early.ts";
import { machineProblem, thisMachine } from "./toolchain/machine.ts";
import { NATIVE_ROOT } from "./toolchain/native-root.ts";
import { buildPaths } from "./toolchain/stamp.ts";

const SETUP = "Run `npx autocircuit setup` (in a clone: `npm run setup`)";

let loaded: Addon | undefined;

/** The addon; loaded on first use, so that importing this package never fails. */
export function addon(): Addon {
  if (loaded) return loaded;
  loaded = loadOrSetUp();
  openEarly(loaded);
  return loaded;
}

/** Where the addon is looked for: `AUTOCIRCUIT_ADDON`, or where this package's build is. */
export function addonPath(env: NodeJS.ProcessEnv = process.env): string {
  return env.AUTOCIRCUIT_ADDON || buildPaths(NATIVE_ROOT, "addon", env).output;
}

/** Loads the addon; with AUTOCIRCUIT_AUTO_SETUP=1, one that is missing or does not load is set up first. */
function loadOrSetUp(): Addon {
  try {
    return loadAddon(addonPath());
  } catch (error) {
    const { AUTOCIRCUIT_AUTO_SETUP: wanted, AUTOCIRCUIT_ADDON: chosen } = process.env;
    if (wanted !== "1" || chosen) throw error;
    // In a process of its own: loading is synchronous, setting up is not. Standard output belongs to the program that runs here.
    const program = join(NATIVE_ROOT, "dist", "toolchain", "build-command.js");
    const { status } = spawnSync(process.execPath, [program], { stdio: ["ignore", 2, 2] });
    if (status !== 0) throw error;
    return loadAddon(addonPath());
  }
}

/**
 * Loads the addon from a file.
 *
 * @throws AutocircuitError "addon" when it is missing or damaged, or nothing could run on this machine; "libtorch" when its LibTorch is
 *   missing or another one.
 */
export function loadAddon(path: string): Addon {
  if (!existsSync(path)) {
    const text = `The native addon is not set up: ${path} does not exist.\n${SETUP}, or set AUTOCIRCUIT_AUTO_SETUP=1 to have it done on first use.`;
    throw new AutocircuitError("addon", machineProblem(thisMachine()) ?? text);
  }
  let found: Addon;
  try {
    found = withPassiveThreads(() => createRequire(import.meta.url)(path) as Addon);
  } catch (error) {
    throw loadError(path, error);
  }
  checkVersions(found.versions());
  return found;
}

/**
 * OpenMP reads its settings when it is loaded. By default its idle threads spin, which slows everything down several
 * times as soon as anything else (the event loop, another program) wants the cores; so they sleep, unless the user has
 * said otherwise. The setting is taken back for the sake of child processes.
 */
function withPassiveThreads<T>(load: () => T): T {
  if (process.env.OMP_WAIT_POLICY !== undefined || process.env.GOMP_SPINCOUNT !== undefined) return load();
  process.env.OMP_WAIT_POLICY = "passive";
  try {
    return load();
  } finally {
    delete process.env.OMP_WAIT_POLICY;
  }
}

/** Explains why the system's loader refused the addon. */
export function loadError(path: string, cause: unknown): AutocircuitError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const missing =
    /(lib(?:torch|c10)[\w.]*)[^\n]*(?:cannot open shared object|no such file)|Library not loaded: \S*(lib(?:torch|c10)[\w.]*)/i.exec(
      text,
    );
  if (missing) {
    return new AutocircuitError(
      "libtorch",
      `The native addon ${path} cannot find its LibTorch (${missing[1] ?? missing[2]}): it was moved or removed.\n` +
        `${SETUP} to build it against a LibTorch that is here. \`npx autocircuit doctor\` lists those it finds.`,
      { cause },
    );
  }
  if (/undefined symbol|symbol not found|undefined reference/i.test(text)) {
    return new AutocircuitError(
      "libtorch",
      `The native addon ${path} does not fit the LibTorch it found: it was built against another version.\n` +
        `${SETUP} to build it again, and look at LD_LIBRARY_PATH, which may put another LibTorch first.`,
      { cause },
    );
  }
  const newer = /version [`'](GLIBC(?:XX)?)_([\d.]+)' not found/.exec(text);
  if (newer) {
    const library = newer[1] === "GLIBC" ? "glibc" : "C++ library (libstdc++)";
    return new AutocircuitError(
      "addon",
      `The native addon ${path} was built for a system with a newer ${library} (${newer[1]} ${newer[2]}) than this one has.\n` +
        "Run `npx autocircuit setup --from-source`, which builds it for this one.",
      { cause },
    );
  }
  if (/invalid ELF header|wrong ELF class|incompatible architecture|not a mach-o|file too short/i.test(text)) {
    return new AutocircuitError(
      "addon",
      `The native addon ${path} was built for another system or is damaged.\n${SETUP} on this machine.`,
      { cause },
    );
  }
  return new AutocircuitError(
    "addon",
    `The native addon ${path} cannot be loaded.\n${SETUP}.\nThe system says: ${text}`,
    {
      cause,
    },
  );
}

/** LibTorch promises no stable C++ interface between releases, so the two versions must agree in major and minor. */
export function checkVersions(versions: { builtWith: string; libtorch: string }): void {
  const release = (version: string) => version.split(".").slice(0, 2).join(".");
  if (versions.libtorch === "unknown" || release(versions.builtWith) === release(versions.libtorch)) return;
  throw new AutocircuitError(
    "libtorch",
    `The native addon was built against LibTorch ${versions.builtWith}, but LibTorch ${versions.libtorch} was loaded.\n` +
      `${SETUP} to build it against the one that is loaded, or look at LD_LIBRARY_PATH, which may put another one first.`,
  );
}
