import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tinyTransformer } from "../test/tiny-transformer.ts";
import { EdgeAliases, GraphAliases, LoaderAliases, TaskAliases } from "./aliases.ts";
import { Graph } from "./graph/graph.ts";
import { PromptLoader } from "./prompts/prompt-loader.ts";
import { defineTask } from "./task/task.ts";

const OF_TASKS = {
  trainLoader: "train",
  testLoader: "test",
  trueEdges: "knownEdges",
  trueEdgeCount: "knownEdgeCount",
  tokenCircuit: "byToken",
} as const;
const OF_EDGES = { seqIdx: "token" } as const;
const OF_GRAPHS = { srcs: "sources", dests: "destinations" } as const;
const OF_LOADERS = { seqLabels: "tokenLabels", wordIdxs: "wordPositions" } as const;

function namesOf(names: { readonly prototype: object }): string[] {
  return Object.getOwnPropertyNames(names.prototype).filter((name) => name !== "constructor");
}

describe("aliases", () => {
  const pairs = Object.entries(OF_TASKS) as [keyof typeof OF_TASKS, (typeof OF_TASKS)[keyof typeof OF_TASKS]][];
  const task = defineTask({
    ...{ key: "toy", name: "Toy", batchSize: 1, batchCount: 1, byToken: true },
    model: () => ({ transformer: tinyTransformer() }),
    prompts: {
      prompts: [0, 1].map((first) => ({ clean: [first, 2], corrupt: [first, 3], answers: [4], wrong_answers: [5] })),
    },
    knownEdges: () => [["A0.0->MLP 1", 1]],
  });

  it.each(pairs)("of a task: %s is %s", async (alias, name) => {
    await using loaded = await task.load();
    expect(loaded[name]).not.toBe(undefined);
    expect(loaded[alias]).toBe(loaded[name]);
    expect(await task[alias]).toBe(await task[name]);
  });

  it("of an edge: seqIdx is token", () => {
    const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false }, { seqLen: 3 });
    const edge = graph.edge(graph.index("Resid Start->Resid End", 2));
    expect([edge.seqIdx, edge.token]).toEqual([2, 2]);
  });

  it("of a graph: srcs are sources, dests destinations", () => {
    const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
    expect(graph.srcs.map(({ name }) => name)).toEqual(["Resid Start", "A0.0"]);
    expect([graph.srcs, graph.dests]).toEqual([graph.sources, graph.destinations]);
    expect(graph.dests.at(-1)!.name).toBe("Resid End");
  });

  it("of a prompt loader: seqLabels is tokenLabels", () => {
    const pair = { clean: [1, 2], corrupt: [1, 3], answers: [4], wrongAnswers: [5] };
    using loader = new PromptLoader([pair], { batchSize: 1, tokenLabels: ["a", "b"] });
    expect([loader.seqLabels, loader.tokenLabels]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  it("of a prompt loader: wordIdxs is wordPositions", () => {
    const pair = { clean: [1, 2], corrupt: [1, 3], answers: [4], wrongAnswers: [5] };
    using loader = new PromptLoader([pair], { batchSize: 1, wordPositions: { end: 1 } });
    expect([loader.wordIdxs, loader.wordPositions]).toEqual([{ end: 1 }, { end: 1 }]);
  });

  it("are all named here, and on the page for who comes from there", () => {
    expect(namesOf(TaskAliases)).toEqual(Object.keys(OF_TASKS));
    expect(namesOf(EdgeAliases)).toEqual(Object.keys(OF_EDGES));
    expect(namesOf(GraphAliases)).toEqual(Object.keys(OF_GRAPHS));
    expect(namesOf(LoaderAliases)).toEqual(Object.keys(OF_LOADERS));
    const page = readFileSync(join(import.meta.dirname, "../../../docs/porting.md"), "utf8");
    const section = page.slice(page.indexOf("## Aliases"), page.indexOf("Functions for published circuits"));
    const listed = [...section.matchAll(/^\| `(\w+)` +\| `(\w+)` +\|/gm)].map(([, alias, name]) => [alias, name]);
    expect(listed).toEqual([OF_TASKS, OF_EDGES, OF_GRAPHS, OF_LOADERS].flatMap((names) => Object.entries(names)));
  });
});
