import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { graphTable } from "../../server/graph-table.ts";
import { EdgeTable } from "./edge-table.ts";
import { type Direction, inside, neighbour } from "./neighbours.ts";
import { transformerScene } from "./transformer-scene.ts";

const graph = Graph.of({ layers: 3, heads: 4, attnOnly: false, parallel: false });
const scene = transformerScene(new EdgeTable(graphTable(graph, 3)), []);
const number = (name: string) => scene.nodes.findIndex((node) => node.name === name);
const next = (name: string, direction: Direction) => scene.nodes[neighbour(scene, number(name), direction)]!.name;

describe("arrow keys", () => {
  it("go to the node beside, above and below", () => {
    expect(next("A1.1", "right")).toBe("A1.2");
    expect(next("A1.1", "left")).toBe("A1.0");
    expect(next("A1.1", "up")).toBe("A2.1");
    expect(next("A1.1", "down")).toBe("A0.1");
    expect(next("A0.1", "down")).toBe("Resid Start");
    expect(next("A1.0", "left")).toBe("A1.0");
  });

  it("reach every node from every other", () => {
    const reached = new Set([0]);
    for (const node of reached) {
      for (const direction of ["up", "down", "left", "right"] as const) reached.add(neighbour(scene, node, direction));
    }
    expect(reached.size).toBe(scene.nodes.length);
  });
});

describe("a lasso", () => {
  it("holds what is within its line", () => {
    const corner = [
      [0, 0],
      [10, 0],
      [10, 10],
      [5, 5],
      [0, 10],
    ] as const;
    expect(inside(corner, 2, 2)).toBe(true);
    expect(inside(corner, 5, 8)).toBe(false);
    expect(inside(corner, 11, 5)).toBe(false);
  });
});
