import { join, sep } from "node:path";
import { userFolder } from "./cache.ts";
import { hashSources, packageVersion } from "./sources.ts";

/** Sources of an installed package do not change. */
const known = new Map<string, string>();

/**
 * The folder of everything that is built from the sources in `nativeRoot`: `build` beside them in a clone. An installed package has its
 * own in the user's cache, since `node_modules` may be read-only and is thrown away; all projects with the same version share it.
 */
export function buildRoot(nativeRoot: string, env: NodeJS.ProcessEnv = process.env): string {
  if (!isInstalled(nativeRoot)) return join(nativeRoot, "build");
  const name = known.get(nativeRoot) ?? `${packageVersion(nativeRoot)}-${hashSources(nativeRoot).slice(0, 16)}`;
  known.set(nativeRoot, name);
  return join(userFolder(env), "builds", name);
}

/** Whether a folder lies in one that a package manager filled. */
export function isInstalled(folder: string): boolean {
  return folder.split(sep).includes("node_modules");
}
