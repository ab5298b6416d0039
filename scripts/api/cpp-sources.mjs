import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Comments; texts are matched too, so that what looks like a comment in one stays. */
const COMMENTS = /("(?:\\.|[^"\\\n])*")|\/\/.*|\/\*[\s\S]*?\*\//g;

/**
 * The C++ below a folder, tests left out: each file's path there, and its text without comments.
 *
 * @param {string} folder
 * @returns {{ file: string, code: string }[]}
 */
export function cppSources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(cc|cpp|h|hpp|cu|cuh)$/.test(entry.name) && !/_test\.cc$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      file: relative(folder, path).split(sep).join("/"),
      code: readFileSync(path, "utf8").replace(COMMENTS, (_, quoted) => quoted ?? " "),
    }));
}
