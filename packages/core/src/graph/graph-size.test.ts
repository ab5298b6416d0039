import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { graphKindProblem } from "./graph-config.ts";
import { graphSize } from "./graph-size.ts";

describe("the size of a graph", () => {
  it("counts what the graph itself has", () => {
    const kinds = fc
      .record({
        layers: fc.integer({ min: 1, max: 5 }),
        kvHeads: fc.integer({ min: 1, max: 3 }),
        group: fc.integer({ min: 1, max: 3 }),
        attnOnly: fc.boolean(),
        parallel: fc.boolean(),
        factorized: fc.boolean(),
        separateQkv: fc.boolean(),
        ungrouped: fc.boolean(),
        seqLen: fc.option(fc.integer({ min: 1, max: 4 })),
        /** Of each block's MLP, attention and the stream behind it. */
        latents: fc.option(fc.array(fc.nat({ max: 3 }), { minLength: 15, maxLength: 15 })),
        latentErrors: fc.boolean(),
      })
      .filter((kind) => graphKindProblem(kind) === undefined);
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
              streamLatents: latents.slice(10, 10 + layers),
              latentErrors,
            }),
        };
        const graph = Graph.of(config, kind);
        const { sources, destinations, edgeCount } = graph;
        expect(graphSize(config, kind)).toEqual({
          sourceCount: sources.length,
          destinationCount: destinations.length,
          edgeCount,
        });
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("is counted where no graph may be made", () => {
    const many = { layers: 100_000, heads: 2, attnOnly: true, parallel: false };
    expect(() => Graph.of(many)).toThrow(/are allowed/);
    expect(graphSize(many)).toEqual({ sourceCount: 200_001, destinationCount: 600_001, edgeCount: 6e10 + 200_001 });
  });

  it("names itself where a count is none", () => {
    expect(() => graphSize({ layers: 0, heads: 2, attnOnly: true, parallel: false })).toThrow(/^graphSize: `layers`/);
  });
});
