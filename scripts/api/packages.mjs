import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/run.mjs";

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
export const EXTRA_ENTRIES = { native: ["toolchain"], sweep: ["redis"] };

/**
 * @typedef {{ name: string, folder: string, manifest: any, sources: string[], entries: Record<string, string> }} Package
 * `entries`: import name -> source file.
 */

/** @returns {Package[]} */
export function readPackages() {
  const folders = ["native", ...readdirSync(join(ROOT, "packages")).map((name) => join("packages", name))];
  return folders
    .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
      const entries = Object.fromEntries(
        Object.entries(manifest.exports ?? {}).map(([key, { source }]) => [
          manifest.name + key.slice(1),
          join(folder, source),
        ]),
      );
      const name = manifest.name.replace("@autocircuit/", "");
      const sources = [folder === "native" ? "lib" : "src", "test"].flatMap((part) => typescript(join(folder, part)));
      return { name, folder, manifest, sources, entries };
    });
}

function typescript(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

/** The text of a file of the repository without its comments. */
export function readCode(file) {
  return readFileSync(join(ROOT, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "$1");
}
