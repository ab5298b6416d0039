import { dirname, join } from "node:path";
import { circlesOf } from "./circles.mjs";
import { importsOf } from "./modules.mjs";

/** Files whose circle is the nature of the thing: a RASP expression is made of selectors, which are made of expressions. */
const SYNTAX_TREE = ["node", "selector", "sop"].map((name) => `packages/tracr/src/language/${name}.ts`);

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
    .filter((circle) => !circle.every((file) => SYNTAX_TREE.includes(file)))
    .map((circle) => `these files import each other in a circle: ${circle.join(", ")}`);
}

/** The file that an import means; TypeScript takes `./a.js` for `./a.ts` where only that is there. */
function targetOf(from, file, entries, sources) {
  if (!from.startsWith(".")) return entries[from] ?? from;
  const target = join(dirname(file), from.replace(/\?.*$/, ""));
  const source = target.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  return sources.has(target) ? target : source;
}
