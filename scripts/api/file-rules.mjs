import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { ROOT } from "../lib/run.mjs";

const MOST_LINES = 400;
const MOST_BYTES = 6 * 1024 ** 2;
const SOURCES = new Set([".ts", ".mjs", ".js", ".cc", ".cpp", ".h", ".cu", ".cuh", ".cmake", ".py"]);

/**
 * Source files that are too long, and files that are too large for a repository.
 *
 * @returns {string[]}
 */
export function fileProblems() {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", list, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 ** 2 }).split("\0");
  return files
    .filter((file) => file !== "" && existsSync(join(ROOT, file)))
    .flatMap((file) => {
      const path = join(ROOT, file);
      const { size } = statSync(path);
      if (size > MOST_BYTES) return [`${file}: ${(size / 1024 ** 2).toFixed(1)} MB, at most ${MOST_BYTES / 1024 ** 2}`];
      const lines = SOURCES.has(extname(file)) ? readFileSync(path, "utf8").split("\n").length : 0;
      return lines > MOST_LINES ? [`${file}: ${lines} lines, at most ${MOST_LINES}: split it`] : [];
    });
}

/**
 * A lock file that names servers only works where they can be reached; one that lacks optional packages works nowhere.
 *
 * @returns {string[]}
 */
export function lockProblems() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const addresses = Object.entries(packages)
    .filter(([, { resolved }]) => /^[a-z+]+:\/\//.test(resolved ?? ""))
    .map(
      ([path]) => `package-lock.json: ${path} carries a download address (npm config omit-lockfile-registry-resolved)`,
    );
  const missing = missingOptional(packages).map(
    ({ name }) => `package-lock.json: lacks ${name}, so that npm ci refuses it: run node scripts/complete-lock.mjs`,
  );
  return [...addresses, ...missing];
}

/**
 * Optional dependencies that a lock file names but does not hold.
 *
 * @param {Record<string, any>} packages
 * @returns {{ name: string, version: string, parent: string }[]}
 */
export function missingOptional(packages) {
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !foldersAbove(parent).some((folder) => packages[`${folder}node_modules/${name}`]))
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/** Where Node looks for what a package needs: `a/node_modules/b` -> `a/node_modules/b/`, `a/`, and the root. */
function foldersAbove(path) {
  const ends = [...path.matchAll(/(?:^|\/)node_modules\//g)].map(({ index }) => (index === 0 ? 0 : index + 1));
  return [`${path}/`, ...ends.reverse().map((end) => path.slice(0, end)), ""];
}
