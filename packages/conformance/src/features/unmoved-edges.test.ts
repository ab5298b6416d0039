import { Graph, PatchableModel, PromptLoader } from "@autocircuit/core";
import { edgeAttribution } from "@autocircuit/discovery";
import { describe, expect, it } from "vitest";
import { randomPairs, tinyTransformer } from "../../../core/test/tiny-transformer.ts";
import { unmovedEdges } from "./unmoved-edges.ts";

describe("unmovedEdges", () => {
  it("are the queries of the first position", () => {
    const config = { layers: 2, heads: 2, attnOnly: false, parallel: false };
    const graph = Graph.of(config, { seqLen: 3 });
    const names = [...unmovedEdges(graph)].map((edge) => String(graph.edge(edge)));
    expect(names).toHaveLength(2 + 8);
    expect(names.every((name) => /\.Q \[0\]$/.test(name))).toBe(true);
    expect(unmovedEdges(Graph.of(config)).size).toBe(0);
  });

  it("have no gradient, and others of their heads have", async () => {
    using prompts = new PromptLoader(randomPairs(4, 5), { batchSize: 4 });
    const transformer = tinyTransformer({}, 1, { dtype: "float64" });
    using model = new PatchableModel({ transformer, byToken: true, seqLen: 5 });
    const { values } = await edgeAttribution(model, prompts);
    const unmoved = unmovedEdges(model.graph);
    const sizes = (edges: Iterable<number>) => Array.from(edges, (edge) => Math.abs(values[edge]!));
    expect(unmoved.size).toBeGreaterThan(0);
    expect(Math.max(...sizes(unmoved))).toBeLessThan(1e-12);
    const later = model.graph.groups
      .filter(({ kind }) => kind === "q")
      .flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i))
      .filter((edge) => !unmoved.has(edge));
    expect(Math.max(...sizes(later))).toBeGreaterThan(1e-6);
  });
});
