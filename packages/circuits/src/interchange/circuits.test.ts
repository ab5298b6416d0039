import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Graph, PruneScores } from "@autocircuit/core";
import { assert, constantFrom, double, float, integer, option, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCircuitFile, readCircuitFile } from "./circuit-file.ts";
import { readEapIgCircuit } from "./read-eap-ig.ts";
import { circuitOf, type EapIgNode, pruneScoresOf, type ScoredCircuit, scoredCircuit } from "./scored-circuit.ts";
import { formatEapIgCircuit } from "./write-eap-ig.ts";

const sizes = record({ layers: integer({ min: 1, max: 3 }), heads: integer({ min: 1, max: 3 }) });
/** Scores of every sort, those that JSON does not know included. */
const anyScore = double();

const circuits = record({
  sizes,
  parallel: constantFrom(true, false),
  seqLen: option(integer({ min: 1, max: 3 }), { nil: null }),
  separateQkv: constantFrom(true, false),
  attnOnly: constantFrom(true, false),
  seed: integer({ min: 1, max: 1000 }),
  score: anyScore,
  name: option(constantFrom("ioi", 'a "name"\n'), { nil: null }),
});

/** A circuit with a few odd scores among pseudo-random ones. */
function fill(graph: Graph, seed: number, score: number, name: string | null): ScoredCircuit {
  const scores = Float64Array.from(
    { length: graph.edgeCount },
    (_, i) => [Math.sin(seed * (i + 1)), 0, -0, score][i % 4]!,
  );
  const inCircuit = Uint8Array.from(scores, (_, i) => ((seed * (i + 7)) % 3 === 0 ? 1 : 0));
  return { name, graph, scores, inCircuit };
}

const sameNumbers = (a: Float64Array, b: Float64Array) =>
  a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

describe("a round trip loses nothing", () => {
  it("in AutoCircuit's names", () => {
    assert(
      property(circuits, ({ sizes: size, parallel, seqLen, separateQkv, attnOnly, seed, score, name }) => {
        const graph = Graph.of({ ...size, parallel, attnOnly }, { seqLen, separateQkv });
        const circuit = fill(graph, seed, score, name);
        const back = readCircuitFile(formatCircuitFile(circuit));
        expect(back.graph.config).toEqual(graph.config);
        expect(back.name).toBe(name);
        expect(sameNumbers(back.scores, circuit.scores)).toBe(true);
        expect(back.inCircuit).toEqual(circuit.inCircuit);
      }),
    );
  });

  it("in EAP-IG's file, and on the way through ours", () => {
    const node = record({ score: option(double(), { nil: undefined }), neuron: float() });
    assert(
      property(circuits, node, ({ sizes: size, parallel, seed, score }, { score: nodeScore, neuron }) => {
        const graph = Graph.of({ ...size, parallel, attnOnly: false });
        const first = { inGraph: true, neurons: [true, false], neuronScores: [neuron, Number.NaN] };
        const nodes = new Map<string, EapIgNode>([
          ["input", nodeScore === undefined ? first : { ...first, score: nodeScore }],
          ["logits", { inGraph: true }],
        ]);
        const cfg = { n_layers: size.layers, n_heads: size.heads, parallel_attn_mlp: parallel, d_model: 2, seed };
        const circuit: ScoredCircuit = { ...fill(graph, seed, score, null), eapIg: { cfg, nodes } };
        const text = formatEapIgCircuit(circuit);
        const back = readEapIgCircuit(text);
        expect(sameNumbers(back.scores, circuit.scores)).toBe(true);
        expect(back.inCircuit).toEqual(circuit.inCircuit);
        expect(back.eapIg!.cfg).toEqual(cfg);
        expect(back.eapIg!.nodes.get("input")).toEqual(nodes.get("input"));
        expect(formatEapIgCircuit(back)).toBe(text);
        expect(formatEapIgCircuit(readCircuitFile(formatCircuitFile(back)))).toBe(text);
      }),
    );
  });
});

describe("a file for MIB", () => {
  const graph = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });
  const scores = new PruneScores(graph);
  scores.set("Resid Start->A0.1.V", -2);
  scores.set("A0.1->MLP 1", 1);
  scores.set("MLP 1->Resid End", 0.5);
  const text = formatEapIgCircuit(scoredCircuit(scores, scores.circuit(3)), { dModel: 8 });
  const file = JSON.parse(text);

  it("has its fields", () => {
    expect(Object.keys(file)).toEqual(["cfg", "nodes", "edges"]);
    expect(file.cfg).toEqual({ n_layers: 2, n_heads: 2, parallel_attn_mlp: false, d_model: 8 });
    expect(file.edges["input->a0.h1<v>"]).toEqual({ score: -2, in_graph: true });
    expect(file.edges["input->logits"]).toEqual({ score: 0, in_graph: false });
    expect(Object.values(file.edges).every((edge) => Object.keys(edge as object).join() === "score,in_graph")).toBe(
      true,
    );
  });

  it("has its nodes in its order, those in the circuit marked", () => {
    expect(Object.entries(file.nodes)).toEqual([
      ["input", { in_graph: true }],
      ["a0.h0", { in_graph: false }],
      ["a0.h1", { in_graph: true }],
      ["m0", { in_graph: false }],
      ["a1.h0", { in_graph: false }],
      ["a1.h1", { in_graph: false }],
      ["m1", { in_graph: true }],
      ["logits", { in_graph: true }],
    ]);
  });

  it("has every edge, in its order", () => {
    const names = Object.keys(file.edges);
    expect(names).toHaveLength(graph.edgeCount);
    expect(names.slice(0, 9)).toEqual([
      ...["input->a0.h0<q>", "input->a0.h0<k>", "input->a0.h0<v>", "input->a0.h1<q>", "input->a0.h1<k>"],
      ...["input->a0.h1<v>", "input->m0", "a0.h0->m0", "a0.h1->m0"],
    ]);
    expect(names.slice(-7)).toEqual(
      ["input", "a0.h0", "a0.h1", "m0", "a1.h0", "a1.h1", "m1"].map((node) => `${node}->logits`),
    );
  });

  it("has scores that come back as float32", () => {
    expect(pruneScoresOf(readEapIgCircuit(text)).values).toEqual(scores.values);
    expect([...circuitOf(readEapIgCircuit(text))].map(({ name }) => name)).toHaveLength(3);
  });

  it("cannot be made of other graphs", () => {
    const refuse = (other: Graph, why: RegExp) => {
      const empty = new PruneScores(other);
      expect(() => formatEapIgCircuit(scoredCircuit(empty, empty.circuit(0)))).toThrow(why);
    };
    refuse(graph.byToken(3), /it is by token/);
    refuse(graph.with({ separateQkv: false }), /share one input/);
    refuse(graph.with({ factorized: false }), /residual stream/);
    refuse(Graph.of({ layers: 1, heads: 2, attnOnly: true, parallel: false }), /no MLPs/);
  });

  it("of grouped keys and values has each of their edges once for each head of the group", () => {
    const config = { layers: 2, heads: 4, kvHeads: 2, attnOnly: false, parallel: false };
    const [grouped, own] = [Graph.of(config), Graph.of(config, { ungrouped: true })];
    const circuit = fill(grouped, 5, 0.25, null);
    const back = readEapIgCircuit(formatEapIgCircuit(circuit), "grouped.json", { graph: own });
    expect(back.graph.equals(own)).toBe(true);
    for (const [block, head] of [0, 1].flatMap((block) => [0, 1, 2, 3].map((head) => [block, head] as const)))
      for (const src of ["Resid Start", ...(block === 1 ? ["A0.3", "MLP 0"] : [])])
        for (const [input, shared] of [
          ["Q", head],
          ["K", head < 2 ? 0 : 1],
          ["V", head < 2 ? 0 : 1],
        ] as const) {
          const one = own.index(`${src}->A${block}.${head}.${input}`);
          const of = grouped.index(`${src}->A${block}.${shared}.${input}`);
          expect([back.scores[one], back.inCircuit[one]]).toEqual([circuit.scores[of], circuit.inCircuit[of]]);
        }
    const [kept, last] = [own.index("MLP 1->Resid End"), grouped.index("MLP 1->Resid End")];
    expect(back.scores[kept]).toBe(circuit.scores[last]);
    // One of its own graph is written as it is.
    expect(formatEapIgCircuit(back)).toBe(formatEapIgCircuit(circuit));
    expect(() => readEapIgCircuit(formatEapIgCircuit(circuit), "grouped.json", { graph: grouped })).toThrow(
      /keys and values are grouped \(make the graph ungrouped/,
    );
  });
});

const FIXTURES = fileURLToPath(new URL("../../test/fixtures/eap-ig", import.meta.url));

describe("files that EAP-IG wrote", () => {
  it.each(["gpt2-like", "pythia-like"])("%s comes back in the same order with the same values", (name) => {
    const text = readFileSync(`${FIXTURES}/${name}.json`, "utf8");
    const circuit = readEapIgCircuit(text, "eap.json");
    const written = formatEapIgCircuit(circuit);
    expect(JSON.parse(written)).toEqual(JSON.parse(text));
    for (const part of ["nodes", "edges"]) {
      expect(Object.keys(JSON.parse(written)[part])).toEqual(Object.keys(JSON.parse(text)[part]));
    }
    const { eapIg: _, ...bare } = circuit;
    const { nodes } = JSON.parse(formatEapIgCircuit(bare));
    const inGraph = (found: Record<string, { in_graph: boolean }>) =>
      Object.entries(found).filter(([, n]) => n.in_graph);
    expect(inGraph(nodes)).toEqual(inGraph(JSON.parse(text).nodes));
  });
});

describe("a broken circuit file", () => {
  const cfg = { n_layers: 1, n_heads: 1, parallel_attn_mlp: false, d_model: 4 };
  const edge = { score: 1, in_graph: true };
  const read = (changes: object) => () =>
    readEapIgCircuit(JSON.stringify({ cfg, nodes: {}, edges: {}, ...changes }), "c.json");

  it.each([
    [{ cfg: 3 }, "c.json: not a circuit"],
    [{ cfg: { ...cfg, n_layers: 1.5 } }, "`cfg.n_layers`"],
    [{ cfg: { ...cfg, parallel_attn_mlp: 1 } }, "`cfg.parallel_attn_mlp`"],
    [{ edges: { "m0->a0.h0<q>": edge } }, 'edge "m0->a0.h0<q>" is not in the graph'],
    [{ edges: { "input->a0.h0": edge } }, 'edge "input->a0.h0" is not'],
    [{ edges: { __proto__x: edge } }, 'edge "__proto__x" is not'],
    [{ edges: { "input->m0": { in_graph: true } } }, "has no number as `score`"],
    [{ edges: { "input->m0": { score: "1", in_graph: true } } }, "has no number as `score`"],
    [{ edges: { "input->m0": { score: 1, in_graph: 1 } } }, "`in_graph` should be true or false"],
    [{ nodes: { a1: { in_graph: true } } }, 'node "a1" is not'],
    [{ nodes: { m0: { in_graph: true, neurons: [1] } } }, "`neurons` should be"],
    [{ nodes: { m0: { in_graph: true, neurons_scores: ["x"] } } }, "`neurons_scores` should be"],
    [{ nodes: { m0: 1 } }, 'node "m0" should be an object'],
  ])("%j", (changes, message) => {
    expect(read(changes)).toThrow(message);
  });

  it("of another model is refused when the model is known", () => {
    const graph = Graph.of({ layers: 2, heads: 1, attnOnly: false, parallel: false });
    const text = JSON.stringify({ cfg, nodes: {}, edges: {} });
    expect(() => readEapIgCircuit(text, "c.json", { graph })).toThrow(
      "another model: `cfg.n_layers` is 1, the model's is 2",
    );
    const small = Graph.of({ layers: 1, heads: 1, attnOnly: false, parallel: false });
    const ours = formatCircuitFile(fill(small, 3, 1, null));
    expect(() => readCircuitFile(ours, "c.json", { graph })).toThrow("`layers` is 1, the model's is 2");
  });

  it("says the line of a mistake in the JSON", () => {
    expect(() => readEapIgCircuit('{"cfg": {},\n"nodes": {},\n"edges": {"a" 1}}', "c.json")).toThrow(
      /c.json: not JSON: line 3: /,
    );
  });

  it("in AutoCircuit's names", () => {
    const graph = Graph.of({ layers: 1, heads: 1, attnOnly: false, parallel: false });
    const ours =
      (edges: unknown, more: object = { graph: graph.config }) =>
      () =>
        readCircuitFile(JSON.stringify({ circuit: null, edges, ...more }), "c.json");
    expect(ours([{ edge: "A0.0->MLP 9" }])).toThrow(/edges\[0\].*near names/);
    expect(ours([{ edge: "A0.0->MLP 0", token: 1 }])).toThrow(/not by token/);
    expect(ours(["A0.0->MLP 0"])).toThrow(/edges\[0\].*is no edge/);
    expect(ours([{ edge: "A0.0->MLP 0", score: "x" }])).toThrow(/`score` is no number/);
    expect(ours([], {})).toThrow(/give that of its `model`/);
    expect(ours([], { graph: { layers: 0 } })).toThrow(/`graph` is malformed/);
    const twice = { graph: graph.config, others: [{ edge: "A0.0->MLP 0", score: 1 }] };
    expect(ours([{ edge: "A0.0->MLP 0" }], twice)).toThrow(/others\[0\].*already/);
  });

  it("cannot reach the prototype of objects", () => {
    const text = `{"cfg": {"n_layers": 1, "n_heads": 1, "parallel_attn_mlp": false, "__proto__": {"polluted": 1}},
      "nodes": {}, "edges": {"input->m0": {"score": 1, "in_graph": true, "__proto__": {"polluted": 1}}}}`;
    readCircuitFile(formatCircuitFile(readEapIgCircuit(text)));
    formatEapIgCircuit(readEapIgCircuit(text));
    expect(() => readEapIgCircuit(text.replace("input->m0", "__proto__"))).toThrow(/edge "__proto__"/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
