import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  "| ablation      | values `to take` | `ablated value`; in names `using` |",
  "| block         | attention and MLP | `layer`                 |",
  "",
  "| other tables | have | no `words` |",
].join("\n");

/** What is wrong with the names in these files of a package, by a glossary of three words. */
function problemsOf(files, exceptions = {}, glossary = GLOSSARY, phrases = []) {
  const root = mkdtempSync(join(tmpdir(), "check-words-"));
  folders.push(root);
  const all = { "packages/core/package.json": manifest, "docs/architecture.md": glossary, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return wordProblems(readPackages(root), root, exceptions, phrases);
}

const inA = (text, exceptions) => problemsOf({ "packages/core/src/a.ts": text }, exceptions);
const says = (what, forbidden, word) => [
  `packages/core/src/a.ts: ${what} says "${forbidden}"; the word is "${word}" (docs/architecture.md)`,
];
const trueEdges = (what) => says(what, "true edge", "known circuit");
const JSON_KEY = "a key of what is written as JSON,";
const inFirstLine = (problem) => problem.replace("a.ts:", "a.ts:1:");

describe("a word that the glossary refuses is found", () => {
  it.each([
    ["a function", "export function trueEdges() {}", "the export trueEdges"],
    ["a constant", "export const TRUE_EDGES = [];", "the export TRUE_EDGES"],
    ["a type, within a longer name", "export interface MyTrueEdgeOptions {}", "the export MyTrueEdgeOptions"],
    ["another name", "const a = 1;\nexport { a as trueEdges };", "the export trueEdges"],
    ["an option", "export interface A {\n  readonly trueEdges?: number;\n}", "a member of A: trueEdges"],
    ["an option within one", "export type A = { of: { trueEdges: number } };", "a member of A: trueEdges"],
    ["an option of a function", "export function a(b: { of: { trueEdges: number } }) {}", "a member of a: trueEdges"],
    ["an option with a default", "export const a = (b: { trueEdges?: number } = {}) => b;", "a member of a: trueEdges"],
    [
      "an option without a body",
      "export declare function a(...b: { trueEdges: 1 }[]): void;",
      "a member of a: trueEdges",
    ],
    [
      "what a function gives",
      "export function a(): { trueEdges: number } {\n  return b;\n}",
      "a member of a: trueEdges",
    ],
    ["what a constant has", "export const a: { trueEdges: number } = b;", "a member of a: trueEdges"],
    ["a key", "export const a = { of: [{ trueEdges: 1 }] } as const;", "a member of a: trueEdges"],
    ["a key that is spread", "export const a = { ...{ trueEdges: 1 } } satisfies B;", "a member of a: trueEdges"],
    ["a key of what is frozen", "export const a = Object.freeze({ TRUE_EDGES: 1 });", "a member of a: TRUE_EDGES"],
    ["a key written as JSON", "await writeJson(a, { of: b.map((c) => ({ trueEdges: c })) });", `${JSON_KEY} trueEdges`],
    ["a key of a constant that is", "const b = { trueEdges: 1 };\nwriteJson(a, b);", `${JSON_KEY} trueEdges`],
    ["a getter", "export class A {\n  get trueEdges() {\n    return 1;\n  }\n}", "a member of A: trueEdges"],
  ])("as the name of %s", (_, text, what) => {
    expect(inA(text)).toEqual(trueEdges(what));
  });

  it.each([
    ["a command's option", 'command.option("-t, --true-edges <n>", "text");', "the option -- true-edges"],
    [
      "an option by a constant",
      'export const FLAG = "--true-edges";\ncommand.requiredOption(FLAG, "text");',
      "the option -- true-edges",
    ],
    ["an option with choices", 'command.addOption(new Option("--true-edges", "text"));', "the option -- true-edges"],
  ])("as the name of %s, which is a text too", (_, text, what) => {
    expect(inA(text)).toEqual([...trueEdges(what), ...trueEdges("a text").map(inFirstLine)]);
  });

  it("as the name of an option by a constant of another module", () => {
    const files = {
      "packages/core/src/a.ts": 'import { FLAG as GIVEN } from "./flags.ts";\ncommand.option(GIVEN, "text");',
      "packages/core/src/flags.ts": 'export const FLAG = "--official <n>";',
    };
    const [named, said] = ["a.ts: the option -- official", "flags.ts:1: a text"].map(
      (place) => `packages/core/src/${place} says "official"; the word is "known circuit" (docs/architecture.md)`,
    );
    expect(problemsOf(files)).toEqual([named, said]);
  });

  it("and an option whose flags cannot be told is refused", () => {
    expect(() => inA('command.option(["--true-edges"].join(), "text");')).toThrow("packages/core/src/a.ts: the flags");
    expect(inA("fc.option(fc.nat());")).toEqual([]);
  });

  it("in a file's name, a page's too", () => {
    expect(problemsOf({ "packages/core/src/official-list.test.ts": "", "docs/guides/using.md": "" })).toEqual([
      'packages/core/src/official-list.test.ts: the file official-list says "official"; the word is "known circuit" (docs/architecture.md)',
      'docs/guides/using.md: the page using says "using"; the word is "ablation" (docs/architecture.md)',
    ]);
  });

  it.each([
    ["an option of what is not exported", "function a(b: { trueEdges: 1 }) {}\nexport const b = () => a;"],
    ["what a function has inside", "export function a() {\n  const b: { trueEdges: 1 } = { trueEdges: 1 };\n}"],
    ["a key of an object that nobody else sees", "const a = { trueEdges: 1 };\nexport const b = a.c;"],
    ["a key that is computed", "export const a = { [trueEdges]: 1 };\nwriteJson(b, { [trueEdges]: 1 });"],
    ["a key of what a function is given", "export const a = of({ trueEdges: 1 });"],
    ["a local name", "const trueEdges = 1;\nexport const a = trueEdges;"],
    ["a text, where it is refused in names alone", '// using it\nexport const a = "using it";'],
    ["what is imported", 'import { a } from "./official/a.ts";\nexport const b = a;'],
    ["words that do not belong together", `/** It is true. Edges too. */\nexport const a = \`true \${1} edge\`;`],
    ["what a parameter is called", "/** @param true edges of it */\nexport function a() {}"],
    ["what is private", "export class A {\n  #trueEdges = 1;\n  private readonly official = 2;\n}"],
    ["a type that nobody else sees", "interface A {\n  trueEdges: number;\n}"],
    ["part of a longer word, or another order", "export const confusing = 1;\nexport const edgesTrue = 2;"],
  ])("but not in %s", (_, text) => {
    expect(inA(text)).toEqual([]);
  });
});

describe("a word that the glossary refuses is found in what TypeScript says", () => {
  it.each([
    ["a text", 'throw new Error("True edge 3 does not exist.");', 1, "a text"],
    ["a text in pieces", `export const a =\n  \`the \${1} true \` + "edges";`, 2, "a text"],
    ["a text within one", `export const a = \`a \${1 ? "true edge" : ""}\`;`, 1, "a text"],
    ["a choice", 'export type A = 1 | "true-edge";', 1, "a text"],
    ["a comment", "export const a = 1; // true edges", 1, "a comment"],
    ["comments over two lines", "// All that is true\n// edges do.\nexport const a = 1;", 1, "a comment"],
    ["a docstring", '/** a\n * true\n * edge */\nexport const a = "// no";', 1, "a comment"],
  ])("as %s", (_, text, line, what) => {
    const [problem] = trueEdges(what);
    expect(inA(text)).toEqual([problem.replace("a.ts:", `a.ts:${line}:`)]);
  });

  it("of markup", () => {
    expect(problemsOf({ "packages/core/src/a.tsx": "export const a = () => <p>True edges</p>;" })).toEqual([
      'packages/core/src/a.tsx:1: a text says "true edge"; the word is "known circuit" (docs/architecture.md)',
    ]);
  });

  it("but not in what a test says", () => {
    expect(
      problemsOf({ "packages/core/src/a.test.ts": '"true edge";', "packages/core/test/b.ts": "// true edge" }),
    ).toEqual([]);
  });
});

describe("a word that the glossary refuses is found in what stands beside packages", () => {
  it("in what is run, and in plans of sweeps", () => {
    const files = {
      "examples/a.mjs": "// true edges",
      "scripts/lib/b.mjs": 'export const a = "true edges";',
      "sweeps/c.yaml": "# All that is\n# of true edges\ntask: a",
    };
    expect(problemsOf(files)).toEqual(
      ["examples/a.mjs:1: a comment", "scripts/lib/b.mjs:1: a text", "sweeps/c.yaml:2: the page"].map(
        (place) => `${place} says "true edge"; the word is "known circuit" (docs/architecture.md)`,
      ),
    );
  });

  it("but not in tests, and in the rules themselves", () => {
    const text = "// true edges";
    expect(problemsOf({ "scripts/a.test.mjs": text, "scripts/api/word-rules.mjs": text })).toEqual([]);
  });
});

describe("a word that the glossary refuses is found in C++", () => {
  const layer = (what) => [
    `native/src/engine/a.cc:1: ${what} says "layer"; the word is "block" (docs/architecture.md)`,
  ];
  const inCpp = (text, phrases) => problemsOf({ "native/src/engine/a.cc": text }, {}, GLOSSARY, phrases);

  it.each([
    ["a name", "int64_t layer = 0;", "the name layer"],
    ["part of a name", "struct FirstLayer {};", "the name FirstLayer"],
    ["a text", 'refuse("no such layer");', "a text"],
    ["a comment", "int a;  // of each layer", "a comment"],
  ])("as %s", (_, text, what) => {
    expect(inCpp(text)).toEqual(layer(what));
  });

  it("as a name that is refused in names alone, which is neither a keyword nor a text", () => {
    expect(inCpp("int using_zero = 0;")).toEqual([
      'native/src/engine/a.cc:1: the name using_zero says "using"; the word is "ablation" (docs/architecture.md)',
    ]);
    expect(inCpp('using A = int;  // using it\nrefuse("using");')).toEqual([]);
  });

  it("that nvcc compiles too", () => {
    const problem = 'native/cuda/src/a.cu:1: the name layer says "layer"; the word is "block" (docs/architecture.md)';
    expect(problemsOf({ "native/cuda/src/a.cu": "int layer = 0;" })).toEqual([problem]);
  });

  it("but not as part of what is called so elsewhere, as long as that is said", () => {
    const phrases = [{ says: /layer_norm/g, why: "the field's name" }];
    expect(inCpp("int layer_norm, player;  // layer_norm", phrases)).toEqual([]);
    expect(inCpp("int a;", phrases)).toEqual(["scripts/api/word-exceptions.mjs: nothing says /layer_norm/g"]);
  });

  it("and in names, where it is called so elsewhere in texts alone", () => {
    const phrases = [{ says: /layer_\d/g, only: "texts", why: "others' names of files" }];
    const files = (name) => ({
      "packages/core/src/a.ts": `export const ${name} = "layer_0";`,
      "native/src/engine/a.cc": `int ${name};`,
    });
    expect(problemsOf(files("a"), {}, GLOSSARY, phrases)).toEqual([]);
    expect(problemsOf(files("layer_0"), {}, GLOSSARY, phrases)).toEqual([
      ...says("the export layer_0", "layer", "block"),
      ...layer("the name layer_0"),
    ]);
  });
});

describe("a word that the glossary refuses is found on a page", () => {
  const onPage = (text, file = "docs/guides/a.md") => problemsOf({ [file]: text });
  const trueEdge = (file, line) => [
    `${file}:${line}: the page says "true edge"; the word is "known circuit" (docs/architecture.md)`,
  ];

  it.each([
    ["a heading", "# The true edges", 1],
    ["a paragraph, from line to line", "\nAll the\ntrue\nedges.", 2],
    ["a row of a table", "| a |\n| - |\n| true edge |", 3],
    ["a link", "[the true edges](a.md)", 1],
  ])("in %s", (_, text, line) => {
    expect(onPage(text)).toEqual(trueEdge("docs/guides/a.md", line));
    for (const file of ["README.md", "docs/a.md"]) expect(onPage(text, file)).toEqual(trueEdge(file, line));
  });

  it("but not in code, in what links lead to, from one paragraph to the next, and in what tells of changes", () => {
    const text =
      "```ts\nconst trueEdges = 1;\n```\n\n`trueEdges` of [it](true-edges.md) are true.\n\nEdges `true` edges.";
    expect(onPage(text)).toEqual([]);
    expect(onPage("true edges", "CHANGELOG.md")).toEqual([]);
  });
});

describe("the words of this repository", () => {
  const glossary = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");

  it.each([
    ["one edge per token position; all prompts must have the same length", ["token position"]],
    ["ablated values are made of the corrupt prompts", ["ablated value"]],
    ["True edge 3 does not exist", ["true edge"]],
    ["edges per position need a graph with a sequence length", ["edge per position"]],
    ["Two plain runs and two ablations", ["plain run"]],
    ["Transcoders of one layer each, of all 12 layers", ["layer"]],
  ])("refuse %j, as a text and as a comment", (text, words) => {
    for (const module of [`export const a = ${JSON.stringify(text)};`, `// ${text}\nexport const a = 1;`]) {
      const problems = problemsOf({ "packages/core/src/a.ts": module }, {}, glossary);
      const ofModule = problems.filter((problem) => problem.startsWith("packages/"));
      expect(ofModule.map((problem) => /says "([^"]+)"/.exec(problem)?.[1])).toEqual(words);
    }
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
      'scripts/api/word-exceptions.mjs: nothing in packages/core/src/b.ts says "true edge"',
    ]);
    expect(inA("export const a = 1;", { nonsense: [{ place: "packages/", why: "none" }] })).toEqual([
      'scripts/api/word-exceptions.mjs: nothing in packages/ says "nonsense"',
    ]);
  });
});

it("reads every table of words on the page", () => {
  const second = ["| word | meaning | not |", "| ---- | ------- | --- |", "| rank | an order | `sorting` |"];
  expect(
    problemsOf({ "packages/core/src/a.ts": "export const sorting = 1;" }, {}, [GLOSSARY, "", ...second].join("\n")),
  ).toEqual(says("the export sorting", "sorting", "rank"));
});

it("reads the words from the page, and does not go on without them", () => {
  expect(() => problemsOf({}, {}, "no table")).toThrow(/has no table of words/);
  const words = forbiddenWords(ROOT).map(({ forbidden }) => forbidden);
  expect(words).toEqual(expect.arrayContaining(Object.keys(WORD_EXCEPTIONS)));
  expect(new Set(words).size).toBe(words.length);
});
