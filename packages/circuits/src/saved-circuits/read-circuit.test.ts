import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Circuit, Graph, PruneScores } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { formatCircuitFile } from "../interchange/circuit-file.ts";
import { circuitOf, scoredCircuit } from "../interchange/scored-circuit.ts";
import { formatEapIgCircuit } from "../interchange/write-eap-ig.ts";
import { readCircuit, savedCircuitOf } from "./read-circuit.ts";

const folder = mkdtempSync(join(tmpdir(), "read-circuit-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

const graph = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });
const names = ["Resid Start->A0.1.Q", "A0.1->MLP 1", "MLP 1->Resid End"];
const circuit = Circuit.of(graph, names);
const scores = new PruneScores(
  graph,
  circuit.mask().map((inside, edge) => (inside ? edge + 2 : 1)),
  {
    ...{ task: "mine", seed: 3, options: { ablation: "zero" } },
  },
);
const usual = { factorized: true, separateQkv: true, ungrouped: false };
const discovered = {
  ...{ task: "mine", algorithm: "acdc", options: { ablation: "zero", seed: 3 }, edgeCount: graph.edgeCount },
  ...{ graph: usual, latents: null },
  circuit: names.map((edge) => ({ edge, token: null, score: scores.get(edge) })),
};

describe("one circuit, whatever its file", () => {
  const found = { task: "mine", ablation: "zero", seed: 3, graphKind: usual, latents: null };
  const unknown = { task: undefined, ablation: undefined, seed: undefined };
  it.each([
    ["discovery", () => file("found.json", discovered), found],
    ["scores", () => saved("found.safetensors"), found],
    [
      "circuit",
      () => file("circuit.json", formatCircuitFile(scoredCircuit(scores, circuit))),
      { ...unknown, graphKind: usual, latents: null },
    ],
    [
      "eap-ig",
      () => file("eap.json", formatEapIgCircuit(scoredCircuit(scores, circuit))),
      { ...unknown, graphKind: { ...usual, ungrouped: true }, latents: null },
    ],
    ["edges", () => file("edges.json", names), { ...unknown, graphKind: undefined, latents: undefined }],
  ] as const)("of %s: its edges, and what it was found with", async (format, written, said) => {
    const path = await written();
    const read = await readCircuit(path, format === "scores" ? { size: 3 } : {});
    expect(read).toMatchObject({ format, byToken: false, notes: [], ...said });
    expect(read.edges.map(([name]) => name).toSorted()).toEqual(names.toSorted());
    expect(read.circuitIn(graph).indices).toEqual(circuit.indices);
    const scored = read.scoredIn(graph);
    expect(circuitOf(scored).indices).toEqual(circuit.indices);
    expect([...circuit.indices].map((edge) => scored.scores[edge])).toEqual(
      [...circuit.indices].map((edge) => (format === "edges" ? 1 : scores.values[edge])),
    );
  });

  async function saved(name: string): Promise<string> {
    await scores.save(join(folder, name));
    return join(folder, name);
  }

  it("mixes names, pairs and objects; one without a position stands for all", () => {
    const read = savedCircuitOf([names[0], [names[1], 2], [names[1]], { edge: names[2] }], "mixed.json");
    expect(read.edges.map(([, token]) => token)).toEqual([null, 2, null, null]);
    expect([read.byToken, read.circuitIn(graph.byToken(3)).size]).toEqual([true, 9]);
  });

  it("by token: how many positions there are follows from the edges of the graph", () => {
    const at = { ...discovered, circuit: [{ edge: names[0], token: 2, score: 5 }] };
    const { graph: of, scores } = savedCircuitOf({ ...at, edgeCount: 4 * graph.edgeCount }, "f.json").scoredIn(graph);
    expect([of.seqLen, scores[of.index(names[0]!, 2)], scores.reduce((sum, score) => sum + score)]).toEqual([4, 5, 5]);
    expect(() => savedCircuitOf(at.circuit, "f.json").scoredIn(graph)).toThrow(/does not say how many there are/);
  });

  it("takes no text for a score, but for the numbers that JSON does not have", () => {
    const of = (score: unknown) =>
      savedCircuitOf([names[0], { edge: names[1], score }], "f.json").scoredIn(graph).scores;
    const scoreOf = (score: unknown) => of(score)[graph.index(names[1]!)];
    expect([undefined, null, 2, "Infinity"].map(scoreOf)).toEqual([1, 1, 2, Number.POSITIVE_INFINITY]);
    expect(() => of("big")).toThrow('f.json, entry 1: its score "big" is no number. Write one, or leave it out.');
  });

  it("says where scores that tie made it larger", async () => {
    await new PruneScores(graph, new Float32Array(graph.edgeCount).fill(1)).save(join(folder, "ties.safetensors"));
    const { notes, edges } = await readCircuit(join(folder, "ties.safetensors"), { size: 2 });
    expect([edges.length, notes]).toEqual([
      graph.edgeCount,
      [expect.stringMatching(/edges instead of the 2 asked for/)],
    ]);
  });

  it("reads what EAP-IG wrote", async () => {
    const path = fileURLToPath(new URL("../../test/fixtures/eap-ig/gpt2-like.json", import.meta.url));
    const { edges } = JSON.parse(readFileSync(path, "utf8")) as { edges: Record<string, { in_graph: boolean }> };
    const read = await readCircuit(path);
    expect([read.format, read.edges.length]).toEqual([
      "eap-ig",
      Object.values(edges).filter((edge) => edge.in_graph).length,
    ]);
  });
});

describe("a circuit of grouped keys and values", () => {
  const config = { layers: 2, heads: 4, kvHeads: 2, attnOnly: false, parallel: false };
  const [grouped, single] = [Graph.of(config), Graph.of(config, { ungrouped: true })];
  const keys = ["Resid Start->A1.0.K"];

  it("is refused in the other kind of graph, and where its file does not say which", () => {
    const of = (ungrouped: boolean) => savedCircuitOf({ graph: { ungrouped }, edges: keys }, "keys.json");
    expect([of(false).circuitIn(grouped).size, of(true).circuitIn(single).size]).toEqual([1, 1]);
    expect(() => of(true).circuitIn(grouped)).toThrow(
      "keys.json is a circuit in a graph of `ungrouped: true`, and here is the usual kind of graph",
    );
    expect(() => of(false).circuitIn(single)).toThrow("leave `ungrouped: true` out");
    const list = savedCircuitOf(keys, "keys.json");
    expect(() => list.circuitIn(grouped)).toThrow(/keys\.json does not say in which kind of graph its edges are/);
    expect(() => list.requireClear(config)).toThrow(/does not say/);
    // Who made a graph of single heads has said what is meant; which one a format needs says nothing.
    expect(list.circuitIn(single).size).toBe(1);
    expect(() => list.scoredIn(single)).toThrow(/does not say in which kind of graph/);
  });
});

describe("readCircuit refuses", () => {
  const edges = names;
  it.each([
    ["what is not there", () => join(folder, "none.json"), {}, "not-found", /none\.json: does not exist/],
    ["what is not JSON", () => file("bad.json", "{"), {}, "bad-file", /bad\.json: not JSON/],
    [
      "another object",
      () => file("other.json", { other: [] }),
      {},
      "bad-file",
      /neither a list of edges nor another circuit/,
    ],
    ["prompts", () => file("prompts.json", { prompts: [] }), {}, "bad-file", /holds prompts, no circuit/],
    ["an entry that is no edge", () => file("entry.json", [7]), {}, "bad-file", /entry 0: 7 is no edge/],
    ["a negative position", () => file("entry.json", [[names[0], -1]]), {}, "bad-file", /entry 0/],
    ["a circuit over spans", () => file("spans.json", { edges, spans: [] }), {}, "bad-file", /is a circuit over spans/],
    [
      "a kind that is none",
      () => file("k.json", { edges, graph: { ungrouped: 1 } }),
      {},
      "bad-file",
      /`ungrouped` of its/,
    ],
    [
      "latents that are none",
      () => file("l.json", { edges, latents: 5 }),
      {},
      "bad-file",
      /`latents` must be an object/,
    ],
    [
      "a size where edges are named",
      () => file("e.json", edges),
      { size: 1 },
      "bad-input",
      /`size` is for saved scores/,
    ],
    ["a rank", () => file("e.json", edges), { rank: "signed" }, "bad-input", /`rank` is for saved scores/],
  ] as const)("%s", async (_, path, options, code, message) => {
    await expect(readCircuit(path(), options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("scores without a size, and scores of another graph", async () => {
    const path = join(folder, "refused.safetensors");
    await scores.save(path);
    await expect(readCircuit(path)).rejects.toThrow(/holds scores of all edges: say with `size`/);
    const { circuitIn } = await readCircuit(path, { size: 3 });
    expect(() => circuitIn(graph.byToken(2))).toThrow(/refused\.safetensors holds scores of another graph/);
  });

  it("a circuit of another model, other latents, or that contradicts itself", () => {
    const other = Graph.of({ layers: 3, heads: 2, attnOnly: false, parallel: false });
    const of = (text: string) => savedCircuitOf(JSON.parse(text), "c.json");
    for (const format of [formatCircuitFile, formatEapIgCircuit])
      expect(() => of(format(scoredCircuit(scores, circuit))).circuitIn(other)).toThrow(
        /c\.json: it belongs to another model: `layers` is 2, the model's is 3/,
      );
    const latents = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false, latents: [2, 2] });
    expect(() => savedCircuitOf(discovered, "c.json").circuitIn(latents)).toThrow(/without autoencoders/);
    expect(() => savedCircuitOf(["A0.0->MLP 9"], "c.json").circuitIn(graph)).toThrow(
      /^c\.json: .*`separateQkv: false`/,
    );
    expect(() => savedCircuitOf(names, "c.json").scoredIn()).toThrow(/give that of its `model`/);
    const outside = [{ edge: names[0], score: "-Infinity" }];
    expect(() => savedCircuitOf(outside, "c.json").circuitIn(graph)).toThrow(/is in the circuit, but its score/);
  });
});
