import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { graphTable } from "../../server/graph-table.ts";
import { edgeCurve } from "./curve.ts";
import { EdgeTable } from "./edge-table.ts";
import { transformerScene } from "./transformer-scene.ts";

const small = { layers: 3, heads: 4, attnOnly: false, parallel: false };

const graphs: [string, Graph][] = [
  ["queries, keys and values apart", Graph.of(small)],
  ["one input a head", Graph.of(small, { separateQkv: false })],
  ["keys and values that heads share", Graph.of({ ...small, kvHeads: 2 })],
  ["the same, each head its own", Graph.of({ ...small, kvHeads: 2 }, { ungrouped: true })],
  ["by token", Graph.of(small, { tokens: 3 })],
  ["parallel blocks", Graph.of({ ...small, parallel: true })],
  ["without MLPs", Graph.of({ ...small, attnOnly: true })],
  ["along the residual stream", Graph.of(small, { factorized: false })],
  ["latents in the MLPs' places", Graph.of({ ...small, latents: [5, 3, 4], latentErrors: true })],
  ["latents in the heads' places", Graph.of({ ...small, attentionLatents: [5, 0, 4], latentErrors: true })],
  [
    "latents in both",
    Graph.of({ ...small, latents: [2, 3, 0], attentionLatents: [5, 3, 4], latentErrors: true }, { separateQkv: false }),
  ],
  ["latents of attention without errors", Graph.of({ ...small, attnOnly: true, attentionLatents: [5, 3, 4] })],
];

describe.each(graphs)("the picture of a graph: %s", (_, graph) => {
  const edges = new EdgeTable(graphTable(graph, 3));
  const scene = transformerScene(edges, []);

  it("numbers and names edges as the library does", () => {
    expect(edges.count).toBe(graph.edgeCount);
    expect(Array.from({ length: edges.count }, (_, edge) => edges.name(edge))).toEqual(
      Array.from(graph.edges(), (edge) => edge.toString()),
    );
  });

  it("draws every edge upwards, from a node of its source to one of its destination", () => {
    const p = new Float64Array(8);
    for (const edge of graph.edges()) {
      const from = scene.nodes[scene.from[edge.index]!]!;
      const to = scene.nodes[scene.to[edge.index]!]!;
      expect(from.parts).toContain(edge.src.name);
      expect(to.parts).toContain(edge.dest.name);
      edgeCurve(scene, edge.index, p);
      expect(p.every(Number.isFinite)).toBe(true);
      expect(p[1]).toBeGreaterThan(p[7]!);
    }
  });

  it("lays no box over another", () => {
    for (const [index, a] of scene.nodes.entries()) {
      for (const b of scene.nodes.slice(index + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect(apart, `${a.name} and ${b.name}`).toBe(true);
      }
    }
  });
});
