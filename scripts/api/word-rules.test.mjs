import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ROOT } from "../lib/run.mjs";
import { forbiddenWords } from "./glossary.mjs";
import { readPackages } from "./packages.mjs";
import { WORD_EXCEPTIONS } from "./word-exceptions.mjs";
import { wordProblems } from "./word-rules.mjs";

const folders = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const manifest = JSON.stringify({ name: "@autocircuit/core", exports: { ".": { source: "./src/index.ts" } } });
const GLOSSARY = [
  "| word          | meaning         | not                      |",
  "| ------------- | --------------- | ------------------------ |",
  "| known circuit | is known        | `true edge`, `official`  |",
  "| ablation      | values `to take` | `using`                  |",
  "",
  "| other tables | have | no `words` |",
].join("\n");

/** What is wrong with the names in these files of a package, by a glossary of two words. */
function problemsOf(files, exceptions = {}, glossary = GLOSSARY) {
  const root = mkdtempSync(join(tmpdir(), "check-words-"));
  folders.push(root);
  const all = { "packages/core/package.json": manifest, "docs/architecture.md": glossary, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return wordProblems(readPackages(root), root, exceptions);
}

const inA = (text, exceptions) => problemsOf({ "packages/core/src/a.ts": text }, exceptions);
const says = (what, forbidden, word) => [
  `packages/core/src/a.ts: ${what} says "${forbidden}"; the word is "${word}" (docs/architecture.md)`,
];
const trueEdges = (what) => says(what, "true edge", "known circuit");

describe("a word that the glossary refuses is found", () => {
  it.each([
    ["a function", "export function trueEdges() {}", "the export trueEdges"],
    ["a constant", "export const TRUE_EDGES = [];", "the export TRUE_EDGES"],
    ["a type, within a longer name", "export interface MyTrueEdgeOptions {}", "the export MyTrueEdgeOptions"],
    ["another name", "const a = 1;\nexport { a as trueEdges };", "the export trueEdges"],
    ["an option", "export interface A {\n  readonly trueEdges?: number;\n}", "a member of A: trueEdges"],
    ["an option within one", "export type A = { of: { trueEdges: number } };", "a member of A: trueEdges"],
    ["a getter", "export class A {\n  get trueEdges() {\n    return 1;\n  }\n}", "a member of A: trueEdges"],
    ["a command's option", 'command.option("-t, --true-edges <n>", "text");', "the option -- true-edges"],
    ["an option with choices", 'command.addOption(new Option("--true-edges", "text"));', "the option -- true-edges"],
  ])("as the name of %s", (_, text, what) => {
    expect(inA(text)).toEqual(trueEdges(what));
  });

  it("in a file's name, a page's too", () => {
    expect(problemsOf({ "packages/core/src/official-list.test.ts": "", "docs/guides/using.md": "" })).toEqual([
      'packages/core/src/official-list.test.ts: the file official-list says "official"; the word is "known circuit" (docs/architecture.md)',
      'docs/guides/using.md: the page using says "using"; the word is "ablation" (docs/architecture.md)',
    ]);
  });

  it.each([
    ["a local name, a text or a comment", '// trueEdges\nconst trueEdges = "trueEdges";\nexport const a = trueEdges;'],
    ["what is private", "export class A {\n  #trueEdges = 1;\n  private readonly official = 2;\n}"],
    ["a type that nobody else sees", "interface A {\n  trueEdges: number;\n}"],
    ["part of a longer word, or another order", "export const confusing = 1;\nexport const edgesTrue = 2;"],
  ])("but not in %s", (_, text) => {
    expect(inA(text)).toEqual([]);
  });
});

it("does not look at pages that are generated", () => {
  expect(problemsOf({ "docs/site/.cache/api/trueEdges.md": "" })).toEqual([]);
});

describe("an exception", () => {
  const of = (place) => ({ "true edge": [{ place, why: "a name from elsewhere" }] });

  it.each([["packages/core/src/a.ts"], ["packages/core/"]])("allows a word in %s", (place) => {
    expect(inA("export const trueEdges = 1;", of(place))).toEqual([]);
  });

  it("allows it nowhere else, and is refused once nothing needs it", () => {
    expect(inA("export const trueEdges = 1;", of("packages/core/src/b.ts"))).toEqual([
      ...trueEdges("the export trueEdges"),
      'scripts/api/word-exceptions.mjs: no name in packages/core/src/b.ts says "true edge"',
    ]);
    expect(inA("export const a = 1;", { nonsense: [{ place: "packages/", why: "none" }] })).toEqual([
      'scripts/api/word-exceptions.mjs: no name in packages/ says "nonsense"',
    ]);
  });
});

it("reads the words from the page, and does not go on without them", () => {
  expect(() => problemsOf({}, {}, "no table")).toThrow(/has no table of words/);
  const words = forbiddenWords(ROOT).map(({ forbidden }) => forbidden);
  expect(words).toEqual(expect.arrayContaining(Object.keys(WORD_EXCEPTIONS)));
  expect(new Set(words).size).toBe(words.length);
});
