// node scripts/check-api.mjs: the rules of the house that neither the compiler nor the linter knows.
import { fileProblems, lockProblems } from "./api/file-rules.mjs";
import { flagProblems } from "./api/flag-rules.mjs";
import { treeProblems } from "./api/tree-problems.mjs";
import { wordProblems } from "./api/word-rules.mjs";
import { ROOT } from "./lib/run.mjs";

const { packages, problems: ofTree } = treeProblems(ROOT);
const problems = [
  ...ofTree,
  ...wordProblems(packages, ROOT),
  ...flagProblems(packages, ROOT),
  ...fileProblems(),
  ...lockProblems(),
];
for (const problem of problems) console.error(problem);
const files = packages.reduce((total, pack) => total + pack.sources.length, 0);
console.log(`${packages.length} packages, ${files} files, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
