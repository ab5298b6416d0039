import { countProblems } from "./count-rules.mjs";
import { cycleProblems } from "./cycle-rules.mjs";
import { exportProblems } from "./export-rules.mjs";
import { importProblems } from "./import-rules.mjs";
import { includeProblems } from "./include-rules.mjs";
import { operatorProblems } from "./operator-rules.mjs";
import { readPackages } from "./packages.mjs";
import { throwProblems } from "./throw-rules.mjs";

/**
 * What of a tree of packages goes against the rules of imports, includes, exports, names of counts, operators' files and what C++ throws.
 *
 * @param {string} root
 * @returns {{ packages: import("./packages.mjs").Package[], problems: string[] }}
 */
export function treeProblems(root) {
  const packages = readPackages(root);
  const rules = [exportProblems, importProblems, cycleProblems, countProblems];
  const ofCpp = [includeProblems, operatorProblems, throwProblems].flatMap((rule) => rule(root));
  return { packages, problems: [...rules.flatMap((rule) => rule(packages, root)), ...ofCpp] };
}
