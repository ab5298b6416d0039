// node scripts/check-api.mjs: the rules of the house that neither the compiler nor the linter knows.
import { cycleProblems } from "./api/cycle-rules.mjs";
import { exportProblems } from "./api/export-rules.mjs";
import { fileProblems, lockProblems } from "./api/file-rules.mjs";
import { importProblems } from "./api/import-rules.mjs";
import { readPackages } from "./api/packages.mjs";

const packages = readPackages();
const problems = [
  ...exportProblems(packages),
  ...importProblems(packages),
  ...cycleProblems(packages),
  ...fileProblems(),
  ...lockProblems(),
];
for (const problem of problems) console.error(problem);
const files = packages.reduce((total, pack) => total + pack.sources.length, 0);
console.log(`${packages.length} packages, ${files} files, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
