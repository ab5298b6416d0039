import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { graphTable } from "../../server/graph-table.ts";
import { bundleOf, drawnEdges, drawnOf, isInner } from "./bundles.ts";
import { EdgeTable } from "./edge-table.ts";
import { foldGroups } from "./fold-groups.ts";
import { shownEdges } from "./shown-edges.ts";
import { transformerScene } from "./transformer-scene.ts";

const graph = Graph.of({ layers: 3, heads: 2, attnOnly: false, parallel: false });
const edges = new EdgeTable(graphTable(graph, 3));
const whole = transformerScene(edges, []);
const scene = foldGroups(whole, [
  { name: "movers", nodes: ["A0.1", "A1.0", "no such node"] },
  { name: "MLP 2", nodes: ["A1.0", "MLP 1"] },
  { name: "none", nodes: [] },
]);
const at = (name: string) => scene.nodes.findIndex((node) => node.name === name);
const edge = (name: string) => graph.index(name);

describe("folded groups", () => {
  it("stand in the place of their nodes, under names of their own, each node in the first group that has it", () => {
    expect([...scene.folded].map((node) => [scene.nodes[node]!.name, scene.nodes[node]!.parts])).toEqual([
      ["movers", ["A0.1", "A1.0"]],
      ["MLP 2 (2)", ["MLP 1"]],
    ]);
    expect(scene.nodes).toHaveLength(whole.nodes.length - 3 + 2);
    expect([at("A0.1"), at("A1.0"), at("MLP 1")]).toEqual([-1, -1, -1]);
    expect(whole.nodes).toContainEqual(expect.objectContaining({ x: scene.nodes[at("movers")]!.x }));
  });

  it("lie within the picture, however long their names are", () => {
    const name = "a name as long as this one needs a wide box";
    const { bounds, nodes, folded } = foldGroups(whole, [{ name, nodes: ["A0.0"] }]);
    const box = nodes[[...folded][0]!]!;
    expect(box.x - box.width / 2).toBeLessThan(whole.bounds.left);
    expect(bounds).toMatchObject({ left: box.x - box.width / 2, top: whole.bounds.top, bottom: whole.bounds.bottom });
  });

  it("leave every edge where it was, but for the ends that are in a group", () => {
    for (let own = 0; own < edges.count; own++) {
      for (const end of ["from", "to"] as const) {
        const before = whole.nodes[whole[end][own]!]!.name;
        const now = scene.nodes[scene[end][own]!]!;
        expect(now.kind === "group" ? now.parts : [now.name]).toContain(before);
      }
    }
    expect(foldGroups(whole, [{ name: "x", nodes: ["no such node"] }])).toBe(whole);
  });

  it("have one line for all edges of a kind to a node, the most important; none for those within", () => {
    const inner = edge("A0.1->A1.0.Q");
    const bundle = ["A0.1->A2.0.K", "A1.0->A2.0.K"].map(edge);
    const circuit = Uint32Array.of(bundle[1]!, inner, edge("A0.1->A2.0.V"), bundle[0]!, edge("A0.0->A2.0.K"));
    const shown = shownEdges(circuit, null);
    const drawn = drawnEdges(scene, shown);
    expect(isInner(scene, inner)).toBe(true);
    expect(Array.from(drawn.edges)).toEqual([edge("A0.0->A2.0.K"), edge("A0.1->A2.0.V"), bundle[1]]);
    expect(drawn.strength[2]).toBe(1);
    expect(drawn.counts).toEqual(shown.counts);
    expect(bundleOf(scene, shown, bundle[1]!).sort()).toEqual([...bundle].sort());
    expect(bundleOf(scene, shown, edge("A0.0->A2.0.K"))).toEqual([edge("A0.0->A2.0.K")]);
    expect(drawnOf(scene, new Set([...bundle, inner]))).toEqual(new Set([bundle[0]]));
    expect(drawnEdges(whole, shown)).toBe(shown);
  });
});
