import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Addon } from "./addon.ts";
import { openEarly } from "./devices/open-early.ts";
import { AutocircuitError } from "./errors.ts";

const BUILD = "Run `npm run setup` (in the repository) or `npx autocircuit build`";

let loaded: Addon | undefined;

/** The addon; loaded on first use, so that importing this package never fails. */
export function addon(): Addon {
  if (loaded) return loaded;
  loaded = loadAddon(addonPath());
  openEarly(loaded);
  return loaded;
}

/** Where the addon is looked for: `AUTOCIRCUIT_ADDON`, or `build/Release` in this package. */
export function addonPath(): string {
  return process.env.AUTOCIRCUIT_ADDON || fileURLToPath(new URL("../build/Release/autocircuit.node", import.meta.url));
}

/**
 * Loads the addon from a file.
 *
 * @throws AutocircuitError "addon" when it is missing or damaged, "libtorch" when its LibTorch is missing or another one.
 */
export function loadAddon(path: string): Addon {
  if (!existsSync(path)) {
    throw new AutocircuitError("addon", `The native addon is not built: ${path} does not exist.\n${BUILD}.`);
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
        `${BUILD} to build it against a LibTorch that is here. \`npx autocircuit doctor\` lists those it finds.`,
      { cause },
    );
  }
  if (/undefined symbol|symbol not found|undefined reference/i.test(text)) {
    return new AutocircuitError(
      "libtorch",
      `The native addon ${path} does not fit the LibTorch it found: it was built against another version.\n` +
        `${BUILD} to build it again, and look at LD_LIBRARY_PATH, which may put another LibTorch first.`,
      { cause },
    );
  }
  if (/invalid ELF header|wrong ELF class|incompatible architecture|not a mach-o|file too short/i.test(text)) {
    return new AutocircuitError(
      "addon",
      `The native addon ${path} was built for another system or is damaged.\n${BUILD} on this machine.`,
      { cause },
    );
  }
  return new AutocircuitError(
    "addon",
    `The native addon ${path} cannot be loaded.\n${BUILD}.\nThe system says: ${text}`,
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
      `${BUILD} to build it against the one that is loaded, or look at LD_LIBRARY_PATH, which may put another one first.`,
  );
}
