import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Imports run from a higher number to a lower one, never sideways or up. `tracr` and `report` need no LibTorch. */
export const RANKS = {
  base: 0,
  native: 1,
  tracr: 1,
  report: 1,
  core: 2,
  models: 3,
  autoencoders: 4,
  circuits: 5,
  metrics: 5,
  discovery: 6,
  sweep: 7,
  studio: 7,
  bench: 8,
  cli: 8,
  conformance: 7,
  fuzz: 9,
};

/** Parts of a package that may be imported beside its index. */
export const EXTRA_ENTRIES = { native: ["toolchain"], core: ["ablations"], sweep: ["redis"] };

/**
 * @typedef {{ name: string, folder: string, manifest: any, sources: string[], entries: Record<string, string> }} Package
 * `entries`: import name -> source file.
 */

/**
 * @param {string} root
 * @returns {Package[]}
 */
export function readPackages(root) {
  const folders = ["native", ...readdirSync(join(root, "packages")).map((name) => join("packages", name))];
  return folders
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const entries = Object.fromEntries(
        Object.entries(manifest.exports ?? {}).map(([key, { source }]) => [
          manifest.name + key.slice(1),
          join(folder, source),
        ]),
      );
      const name = manifest.name.replace("@autocircuit/", "");
      const sources = [folder === "native" ? "lib" : "src", "test"].flatMap((part) =>
        typescript(root, join(folder, part)),
      );
      return { name, folder, manifest, sources, entries };
    });
}

function typescript(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
