import { cycleProblems } from "./cycle-rules.mjs";
import { exportProblems } from "./export-rules.mjs";
import { importProblems } from "./import-rules.mjs";
import { includeProblems } from "./include-rules.mjs";
import { readPackages } from "./packages.mjs";

/**
 * What of a tree of packages goes against the rules of imports, includes and exports.
 *
 * @param {string} root
 * @returns {{ packages: import("./packages.mjs").Package[], problems: string[] }}
 */
export function treeProblems(root) {
  const packages = readPackages(root);
  const rules = [exportProblems, importProblems, cycleProblems];
  return { packages, problems: [...rules.flatMap((rule) => rule(packages, root)), ...includeProblems(root)] };
}
