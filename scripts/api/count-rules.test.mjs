import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { countProblems } from "./count-rules.mjs";

const folders = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What is wrong with the names in a module. */
function problemsOf(text, file = "a.ts") {
  const root = mkdtempSync(join(tmpdir(), "check-counts-"));
  folders.push(root);
  writeFileSync(join(root, file), text);
  return countProblems([{ sources: [file] }], root);
}

const EDGES = "a.ts:1: edges is a number; edges are a list, how many is `size` of a circuit, else `edgeCount`";

it.each([
  ["a member", "export interface A { readonly edges?: number | undefined }"],
  ["a member of a type inside another", "type A = { of: { edges: number | null } };"],
  ["a method", "interface A { edges(): number }"],
  ["a member that is a function", "interface A { edges: (tokens: number) => number }"],
  ["a field", "class A { edges = 3; }"],
  ["a getter", "class A { get edges(): number { return 1; } }"],
  ["a parameter", "function a(edges: number) { return edges; }"],
  ["a parameter with a default", "const a = (edges = 0) => edges;"],
  ["a parameter of a type", "type A = (edges: number) => void;"],
  ["a parameter of a constructor", "class A { constructor(readonly edges: number) {} }"],
  ["a member of a parameter", "function a({ edges }: { edges: number }) { return edges; }"],
  ["a label", "type A = [edges: number, value: number];"],
])("refuses a list's name for a number: %s", (_, text) => {
  expect(problemsOf(text)).toEqual([EDGES]);
});

it("says in which line, and what each is called", () => {
  const names = ["prompts", "circuits", "sources", "destinations", "batches"];
  const problems = problemsOf(`interface A {\n${names.map((name) => `  ${name}: number;`).join("\n")}\n}`);
  expect(problems.map((problem) => problem.replace(/ .* is /, " "))).toEqual([
    "a.ts:2: `promptCount`",
    "a.ts:3: `circuitCount`",
    "a.ts:4: `sourceCount`",
    "a.ts:5: `destinationCount`",
    "a.ts:6: `batchCount`",
  ]);
});

it.each([
  ["lists", "interface A { edges: readonly number[]; prompts?: PromptLoader; circuits: string | number }"],
  ["functions that give lists", "interface A { edges(): Iterable<number> }"],
  ["counts with their names", "interface A { size: number; edgeCount: number; maxEdges: number }"],
  ["texts and comments", 'const a = "edges: number"; // prompts: number'],
])("has nothing against %s", (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});

it("lets tests call things as they like", () => {
  expect(problemsOf("const a = (edges: number) => edges;", "a.test.ts")).toEqual([]);
});
