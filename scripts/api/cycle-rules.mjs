import { dirname, join } from "node:path";
import { circlesOf } from "./circles.mjs";
import { importsOf } from "./modules.mjs";

/** Cycles that are the nature of the thing: a RASP expression is made of selectors, which are made of expressions. */
const NATURAL = ["packages/tracr/src/language/"];

/**
 * Files that import each other in a circle, types included, also by way of a package's name.
 *
 * @param {import("./packages.mjs").Package[]} packages
 * @param {string} root
 * @returns {string[]}
 */
export function cycleProblems(packages, root) {
  const sources = new Set(packages.flatMap((pack) => pack.sources));
  const entries = Object.assign({}, ...packages.map((pack) => pack.entries));
  const files = new Map(
    [...sources].map((file) => [file, importsOf(root, file).map((from) => targetOf(from, file, entries, sources))]),
  );
  return circlesOf(files)
    .filter((circle) => !NATURAL.some((room) => circle.every((file) => file.startsWith(room))))
    .map((circle) => `these files import each other in a circle: ${circle.join(", ")}`);
}

/** The file that an import means; TypeScript takes `./a.js` for `./a.ts` where only that is there. */
function targetOf(from, file, entries, sources) {
  if (!from.startsWith(".")) return entries[from] ?? from;
  const target = join(dirname(file), from.replace(/\?.*$/, ""));
  const source = target.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  return sources.has(target) ? target : source;
}
