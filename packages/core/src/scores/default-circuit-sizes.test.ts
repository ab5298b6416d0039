import { describe, expect, it } from "vitest";
import { caseScores } from "../../test/case-scores.ts";
import { absent, caseGraphConfig, cases, readCase } from "../../test/conformance.ts";
import { Graph } from "../graph/graph.ts";
import { defaultCircuitSizes } from "./default-circuit-sizes.ts";
import { PruneScores } from "./prune-scores.ts";

const graph = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });
const scoresOf = (value: (index: number) => number) =>
  new PruneScores(
    graph,
    Float32Array.from({ length: graph.edgeCount }, (_, index) => value(index)),
  );

describe("defaultCircuitSizes", () => {
  it("tries every size of a small graph", () => {
    expect(defaultCircuitSizes(5)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(defaultCircuitSizes(graph)).toHaveLength(graph.edgeCount + 1);
    expect(defaultCircuitSizes(200)).toHaveLength(201);
  });

  it("grows tenfold in a large one", () => {
    expect(defaultCircuitSizes(201)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 201,
    ]);
    expect(defaultCircuitSizes(1000).slice(-3)).toEqual([800, 900, 1000]);
  });

  it("ends at groups of equal magnitude, of either sign", () => {
    const scores = scoresOf((index) => [3, -3, 1, 0][Math.min(index, 3)]!);
    expect(defaultCircuitSizes(graph, scores)).toEqual([0, 2, 3, graph.edgeCount]);
  });

  it("leaves 0 and all edges out of a yes-or-no circuit, and puts the published size in", () => {
    const scores = scoresOf((index) => (index < 7 ? Number.POSITIVE_INFINITY : 0));
    expect(defaultCircuitSizes(graph, scores)).toEqual([7]);
    expect(defaultCircuitSizes(graph, scores, 4)).toEqual([4, 7]);
    expect(defaultCircuitSizes(5, null, 3)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("refuses NaN", () => {
    expect(() =>
      defaultCircuitSizes(
        graph,
        scoresOf(() => Number.NaN),
      ),
    ).toThrow(/edge number 0 is NaN/);
  });
});

describe.skipIf(absent)("default sizes equal the conformance lists (skipped where the cases are absent)", () => {
  const all = cases.flatMap((name) =>
    Object.entries<Record<string, never>>(readCase(name, "expected.json").variants)
      .filter(([, expected]) => expected.edge_counts_util !== undefined)
      .map(([variant, expected]) => [`${name} ${variant}`, name, variant, expected] as const),
  );
  it.each(all)("%s", async (_title, name, variant, expected) => {
    const graph = Graph.of(caseGraphConfig(name), {
      separateQkv: expected.separate_qkv!,
      seqLen: expected.seq_len ?? null,
    });
    const scores = await caseScores(name, graph, `${variant}/mask_gradient/logit/avg_diff/mask0`);
    const sizes = expected.edge_counts_util as unknown as { default: number[]; no_scores: number[] };
    expect(defaultCircuitSizes(graph)).toEqual(sizes.no_scores);
    expect(defaultCircuitSizes(graph, scores)).toEqual(sizes.default);
  });
});
