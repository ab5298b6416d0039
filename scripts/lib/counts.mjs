import { existsSync, readFileSync } from "node:fs";

/** @typedef {{ passed: number, failed: number, skipped: number, broken?: string[] }} Counts `broken` names what failed, where that is known. */

/** @param {Counts[]} all @returns {Counts} */
export function sum(all) {
  const add = (key) => all.reduce((total, counts) => total + counts[key], 0);
  const broken = all.flatMap((counts) => counts.broken ?? []);
  return { passed: add("passed"), failed: add("failed"), skipped: add("skipped"), broken };
}

/** @param {Counts} counts */
export function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Counts of a program that ends with "N passed, N failed" or, like the C++ tests, "N C++ tests, N failed". Without such
 * a line, or when it fails without counting a failure (a crash, say), it counts as one failure itself: nothing that
 * broke may look like nothing that failed.
 *
 * @param {string} output
 * @param {number} code Exit code.
 * @returns {Counts}
 */
export function fromOutput(output, code) {
  const found = [...output.matchAll(/(\d+) (passed|C\+\+ tests), (\d+) failed(?:, (\d+) skipped)?/g)].at(-1);
  if (!found) return { passed: 0, failed: 1, skipped: 0 };
  const [count, what, failed, skipped] = [Number(found[1]), found[2], Number(found[3]), Number(found[4] ?? 0)];
  return atLeastOne({ passed: what === "passed" ? count : count - failed, failed, skipped }, code);
}

/**
 * Counts of vitest's JSON report. A file that could not be loaded has no tests to fail; it counts as one.
 *
 * @param {string} file
 * @param {number} code Exit code of vitest.
 * @returns {Counts}
 */
export function fromVitest(file, code) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, "utf8"));
  const broken = report.testResults.flatMap((suite) => {
    const failures = suite.assertionResults.filter((test) => test.status === "failed");
    if (failures.length > 0) return failures.map((test) => `${suite.name}: ${test.fullName}`);
    return suite.status === "failed" && suite.assertionResults.length === 0 ? [`${suite.name}: ${suite.message}`] : [];
  });
  const counts = {
    passed: report.numPassedTests,
    failed: broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    broken,
  };
  return atLeastOne(counts, code);
}

function atLeastOne(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
