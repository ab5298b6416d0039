import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { graphKindProblem } from "./graph-config.ts";

const gpt2 = { layers: 12, heads: 12, attnOnly: false, parallel: false };
const llama = { layers: 16, heads: 32, kvHeads: 8, attnOnly: false, parallel: false };
const tiny = { layers: 2, heads: 2, attnOnly: false, parallel: false };

describe("edge counts", () => {
  it("of GPT-2 small", () => {
    expect(Graph.of(gpt2).edgeCount).toBe(32_491);
    expect(Graph.of(gpt2, { separateQkv: false }).edgeCount).toBe(11_611);
    expect(Graph.of(gpt2, { seqLen: 15 }).edgeCount).toBe(15 * 32_491);
  });

  it("of Llama-3.2-1B, with key/value heads as destinations and with a pair for every query head", () => {
    expect(Graph.of(llama).edgeCount).toBe(195_865);
    expect(Graph.of(llama, { ungrouped: true }).edgeCount).toBe(386_713);
  });
});

describe("numbering", () => {
  it("is dense: edge and index undo each other, groups lie side by side", () => {
    const configs = fc.record({
      layers: fc.integer({ min: 1, max: 3 }),
      heads: fc.constantFrom(2, 4),
      kvHeads: fc.constantFrom(1, 2),
      attnOnly: fc.boolean(),
      parallel: fc.boolean(),
    });
    const options = fc
      .record({
        factorized: fc.boolean(),
        separateQkv: fc.boolean(),
        ungrouped: fc.boolean(),
        seqLen: fc.option(fc.integer({ min: 1, max: 3 })),
      })
      .filter((chosen) => graphKindProblem(chosen) === undefined);
    fc.assert(
      fc.property(configs, options, (config, chosen) => {
        const graph = Graph.of(config, chosen);
        let offset = 0;
        for (const group of graph.groups) {
          expect(group.offset).toBe(offset);
          offset += group.size;
        }
        expect(offset).toBe(graph.edgeCount);
        for (const edge of graph.edges()) {
          expect(graph.index(edge.name, edge.token)).toBe(edge.index);
          expect(graph.index(edge)).toBe(edge.index);
          expect(graph.has(edge.name, edge.token)).toBe(true);
          expect(edge.src.layer).toBeLessThan(edge.dest.layer);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("lays a group out as [token][head][source]", () => {
    const graph = Graph.of(tiny, { seqLen: 3 });
    const group = graph.group("blocks.1.hook_v_input");
    expect(group.shape).toEqual([3, 2, 4]);
    expect(graph.index("MLP 0->A1.1.V", 2)).toBe(group.offset + (2 * 2 + 1) * 4 + 3);
    expect(graph.edge(group.offset + 23).toString()).toBe("MLP 0->A1.1.V [2]");
    expect(graph.edge(group.offset + 23).token).toBe(2);
  });

  it("gives parallel blocks one layer", () => {
    const graph = Graph.of({ ...tiny, parallel: true });
    expect(graph.has("A0.0->MLP 0")).toBe(false);
    expect(graph.has("A0.0->MLP 1")).toBe(true);
    const nodes = Graph.of({ ...tiny, parallel: true }, { factorized: false });
    expect(nodes.destinations.map((dest) => dest.name)).toEqual(["Resid Post 0", "Resid End"]);
    expect(nodes.has("MLP 0->Resid Post 0")).toBe(true);
  });

  it("names key/value destinations by key/value head", () => {
    const graph = Graph.of({ ...tiny, kvHeads: 1 });
    expect(graph.has("Resid Start->A0.0.K")).toBe(true);
    expect(graph.has("Resid Start->A0.1.K")).toBe(false);
    expect(graph.with({ ungrouped: true }).has("Resid Start->A0.1.K")).toBe(true);
  });
});

describe("a graph of nodes", () => {
  it("takes nothing that is about queries, keys and values", () => {
    const refused = (options: object, text: RegExp) => {
      expect(() => Graph.of({ ...tiny, kvHeads: 1 }, { factorized: false, ...options })).toThrow(text);
      expect(() => Graph.of({ ...tiny, kvHeads: 1 }).with({ factorized: false, ...options })).toThrow(text);
    };
    refused({ separateQkv: false }, /`factorized: false` has no queries.*leave `separateQkv: false` out/);
    refused({ ungrouped: true }, /leave `ungrouped: true` out/);
    refused({ separateQkv: false, ungrouped: true }, /leave `separateQkv: false` and `ungrouped: true` out/);
    expect(() => Graph.of(tiny, { factorized: false }).with({ separateQkv: false })).toThrow(/leave `separateQkv/);
  });

  it("is made of any graph of components, and of its own stored configuration", () => {
    const nodes = Graph.of({ ...tiny, kvHeads: 1 }, { factorized: false, seqLen: 3 });
    for (const options of [{ separateQkv: false }, { ungrouped: true }])
      expect(
        Graph.of({ ...tiny, kvHeads: 1 }, { ...options, seqLen: 3 })
          .with({ factorized: false })
          .equals(nodes),
      ).toBe(true);
    expect(Graph.of(nodes.config, nodes.config).equals(nodes)).toBe(true);
  });
});

describe("conversions", () => {
  it("hands the engine groups that cover the flat vector", () => {
    const native = Graph.of(tiny, { seqLen: 3 }).toNative();
    expect(native).toMatchObject({ factorized: true, seqLen: 3, sourceCount: 7 });
    expect(native.groups.at(-1)).toEqual({
      kind: "end",
      block: 1,
      heads: 1,
      firstSource: 0,
      sourceCount: 7,
      offset: native.edgeCount - 3 * 7,
    });
  });

  it("knows equal graphs", () => {
    const graph = Graph.of(tiny);
    expect(graph.equals(Graph.of({ ...tiny, kvHeads: 2 }))).toBe(true);
    expect(graph.byToken(4).equals(graph)).toBe(false);
    expect(graph.byToken(4).byToken(null).equals(graph)).toBe(true);
    expect(graph.byToken(4).index(graph.edge(0).name, 3)).toBe(
      Graph.of(tiny, { seqLen: 4 }).index(graph.edge(0).name, 3),
    );
  });
});

describe("edges without a position", () => {
  const byToken = Graph.of(tiny, { seqLen: 3 });
  const everywhere = [0, 1, 2].map((token) => byToken.index("A0.0->MLP 0", token));

  it("are those of every position of a graph by token", () => {
    expect(byToken.indices(["A0.0->MLP 0"])).toEqual(everywhere);
    expect(byToken.indices([["A0.0->MLP 0", null]])).toEqual(everywhere);
    const ofAll = byToken.byToken(null);
    expect(byToken.indices([ofAll.edge(ofAll.index("A0.0->MLP 0"))])).toEqual(everywhere);
    expect(ofAll.indices(["A0.0->MLP 0", 0])).toEqual([ofAll.index("A0.0->MLP 0"), 0]);
  });

  it("stand beside edges with one, in the order given", () => {
    const own = byToken.edge(everywhere[1]!);
    expect(byToken.indices([own, ["A0.0->MLP 0", 2], 5, "A0.0->MLP 0"])).toEqual([
      ...[everywhere[1], everywhere[2], 5],
      ...everywhere,
    ]);
  });

  it("are refused like others", () => {
    expect(() => byToken.indices(["A0.0->MLP 9"])).toThrow(/no edge `A0.0->MLP 9`/);
    expect(() => byToken.indices("A0.0->MLP 0" as never)).toThrow(/a list of edges, not one edge's name/);
    expect(() => byToken.indices([["A0.0->MLP 0", 3]])).toThrow(/outside 0 to 2/);
    expect(() => Graph.of(tiny).indices([byToken.edge(0)])).toThrow(/not by token/);
  });
});

describe("errors", () => {
  const graph = Graph.of(tiny);

  it("unknown edges name what comes near", () => {
    expect(() => graph.index("A0.1->A1.1.k2")).toThrow(/no edge `A0.1->A1.1.k2`.*`A0.1->A1.1.K`/);
    expect(() => graph.index("Resid start->A1.1.K")).toThrow(/`Resid Start->A1.1.K`/);
    expect(() => graph.index("A0.1")).toThrow(/SOURCE->DESTINATION/);
    expect(() => graph.index("A1.1->A0.1.K")).toThrow(/reads from 1 sources, up to `Resid Start`/);
    expect(graph.has("A1.1->A0.1.K")).toBe(false);
  });

  it("unknown nodes and modules too", () => {
    expect(() => graph.src("A0.7")).toThrow(/no source `A0.7`; near names: `A0.0`/);
    expect(() => graph.dest("A0.0")).toThrow(/no destination `A0.0`.*`A0.0.Q`/);
    expect(() => graph.group("blocks.9.hook_q_input")).toThrow(/no destinations in `blocks.9.hook_q_input`/);
  });

  it("token positions that cannot be", () => {
    expect(() => graph.index("A0.0->MLP 0", 1)).toThrow(/not by token/);
    const byToken = graph.byToken(3);
    expect(() => byToken.index("A0.0->MLP 0")).toThrow(/by token; give a position from 0 to 2/);
    expect(() => byToken.index(["A0.0->MLP 0", 3])).toThrow(/position 3 is outside 0 to 2/);
    expect(() => byToken.index(["A0.0->MLP 0", 0.5])).toThrow(/outside/);
    expect(byToken.has("A0.0->MLP 0", 3)).toBe(false);
    expect(byToken.has("A0.0->MLP 0")).toBe(true);
    expect(byToken.has("A0.0->MLP 0", null)).toBe(true);
    expect(() => byToken.index(graph.edge(0))).toThrow(/by token/);
  });

  it("numbers out of range", () => {
    expect(() => graph.edge(graph.edgeCount)).toThrow(/outside 0 to/);
    expect(() => graph.edge(-1)).toThrow(/outside/);
    expect(() => graph.index(1.5)).toThrow(/outside/);
  });

  it("impossible configurations", () => {
    expect(() => Graph.of({ ...tiny, layers: 0 })).toThrow(/`layers` must be a whole number/);
    expect(() => Graph.of({ ...tiny, heads: 1.5 })).toThrow(/`heads`/);
    expect(() => Graph.of({ ...tiny, heads: 3, kvHeads: 2 })).toThrow(/multiple of `kvHeads`/);
    expect(() => Graph.of(tiny, { seqLen: 0 })).toThrow(/`seqLen`/);
  });
});
