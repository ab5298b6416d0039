import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { flagProblems } from "./flag-rules.mjs";
import { readPackages } from "./packages.mjs";

const folders = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What is wrong with these files of packages. */
function problemsOf(files, exceptions = []) {
  const root = mkdtempSync(join(tmpdir(), "check-flags-"));
  folders.push(root);
  const manifests = ["core", "cli"].map((name) => [
    `packages/${name}/package.json`,
    JSON.stringify({ name: `@autocircuit/${name}` }),
  ]);
  for (const [path, text] of [...manifests, ...Object.entries(files)]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return flagProblems(readPackages(root), root, exceptions);
}

const inA = (text, exceptions) => problemsOf({ "packages/core/src/a.ts": text }, exceptions);
const named = (flag, line = 1) => [
  `packages/core/src/a.ts:${line}: a text names ${flag}; name the option, in backticks`,
];

it.each([
  ["an error", 'throw new Error("Leave --by-token out.");', "--by-token"],
  ["a text in pieces", `export const a = \`\${1} (\` + "--seed on the command line)";`, "--seed"],
  ["a text behind a whole command", 'export const a = "autocircuit build --cuda, with --libtorch";', "--libtorch"],
])("refuses a flag in %s", (_, text, flag) => {
  expect(inA(text)).toEqual(named(flag));
});

it("and says in which line", () => {
  expect(inA('export const a = 1;\nexport const b = "--seed";')).toEqual(named("--seed", 2));
});

it.each([
  ["options", 'export const a = "leave `byToken` out";'],
  ["a whole command", 'export const a = "Run npx autocircuit setup --from-source --force first.";'],
  ["dashes within a name", 'export const a = "models--owner--name, 1 -- 2";'],
  ["a comment", "// As --seed does.\nexport const a = 1;"],
])("allows %s", (_, text) => {
  expect(inA(text)).toEqual([]);
});

it("allows flags to commands, and to tests", () => {
  const text = 'export const a = "--seed";';
  expect(problemsOf({ "packages/cli/src/a.ts": text, "packages/core/src/a.test.ts": text })).toEqual([]);
  expect(problemsOf({ "packages/core/test/a.ts": text })).toEqual([]);
});

it.each([["packages/core/src/a.ts"], ["packages/core/"]])("allows other programs' in %s", (place) => {
  expect(inA('export const a = "--index-url";', [{ place, why: "pip's" }])).toEqual([]);
});

it("refuses an exception that nothing needs", () => {
  expect(inA("export const a = 1;", [{ place: "packages/core/", why: "pip's" }])).toEqual([
    "scripts/api/flag-rules.mjs: no text in packages/core/ names a flag",
  ]);
});
