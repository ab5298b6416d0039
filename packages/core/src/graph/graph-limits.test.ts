import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { resolveGraphConfig } from "./graph-config.ts";
import { graphLimits, graphSize, setMaxEdges, usualMaxEdges } from "./graph-limits.ts";

const huge = { layers: 1e6, heads: 4, attnOnly: false, parallel: false };

afterEach(() => setMaxEdges());

describe("the limit of a graph's size", () => {
  it("counts nodes and edges as the graph itself has them", () => {
    const kinds = fc.record({
      layers: fc.integer({ min: 1, max: 5 }),
      kvHeads: fc.integer({ min: 1, max: 3 }),
      group: fc.integer({ min: 1, max: 3 }),
      attnOnly: fc.boolean(),
      parallel: fc.boolean(),
      factorized: fc.boolean(),
      separateQkv: fc.boolean(),
      ungrouped: fc.boolean(),
      tokens: fc.option(fc.integer({ min: 1, max: 4 })),
      /** Of each block's MLP and attention. */
      latents: fc.option(fc.array(fc.nat({ max: 3 }), { minLength: 10, maxLength: 10 })),
      latentErrors: fc.boolean(),
    });
    fc.assert(
      fc.property(kinds, ({ group, latents, latentErrors, ...kind }) => {
        const { layers, attnOnly } = kind;
        const config = {
          ...{ ...kind, heads: kind.kvHeads * group },
          ...(latents &&
            kind.factorized && {
              // One at least is there.
              attentionLatents: [1, ...latents.slice(1, layers)],
              ...(!attnOnly && { latents: latents.slice(5, 5 + layers) }),
              latentErrors,
            }),
        };
        const graph = Graph.of(config, kind);
        const nodes = graph.srcs.length + graph.dests.length;
        expect(graphSize(resolveGraphConfig(config, kind))).toEqual({ nodes, edges: graph.edgeCount });
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("refuses what is larger before anything is made, with the numbers and the way out", () => {
    for (const options of [{}, { separateQkv: false }, { factorized: false }, { tokens: 1000 }])
      expect(() => Graph.of(huge, options)).toThrow(/1,000,000 layers of 4 heads.*at most .* are allowed/);
    expect(() => Graph.of({ ...huge, layers: 9000 })).toThrow(/raise the limit: --max-edges \d+.*setMaxEdges\(/);
    expect(() => Graph.of({ ...huge, layers: 1e9 })).toThrow(/No machine holds that/);
    expect(() => Graph.of({ ...huge, layers: 2 }, { tokens: 1e9 })).toThrow(
      /1,000,000,000 positions.*edges; at most 16,777,216/,
    );
  });

  it("can be raised, and lowered", () => {
    const small = { ...huge, layers: 2 };
    setMaxEdges(100);
    expect(graphLimits()).toEqual({ edges: 100, nodes: 128 });
    expect(() => Graph.of(small)).toThrow(/has 110 edges; at most 100/);
    setMaxEdges(110);
    expect(Graph.of(small).edgeCount).toBe(110);
    setMaxEdges();
    expect(graphLimits().edges).toBe(usualMaxEdges);
    expect(() => setMaxEdges(0.5)).toThrow(/whole number/);
  });

  it("allows the largest models in use", () => {
    const pythia = { layers: 32, heads: 32, attnOnly: false, parallel: true };
    expect(Graph.of(pythia, { separateQkv: false, tokens: 20 }).edgeCount).toBe(20 * 542_257);
    expect(Graph.of({ layers: 80, heads: 64, kvHeads: 8, attnOnly: false, parallel: false }).edgeCount).toBeLessThan(
      usualMaxEdges,
    );
  });
});
