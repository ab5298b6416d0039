import { Graph } from "@autocircuit/core";
import { expect, it } from "vitest";
import { greaterthanEdges } from "./edges.ts";

const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });

it("has 235 edges", () => {
  const counts = [
    3 * 3 + 4, // the embedding to three heads of block 0 and four MLPs
    6 + 4, // middle heads and late MLPs to the output
    4, // A0.1 to the early MLPs
    3 * 6 * 3, // heads of block 0 to the middle heads
    4 * 6 * 3, // early MLPs to the middle heads
    5 * 4 + 3, // middle heads to late MLPs; A9.1 comes after MLP 8
    36 + 6, // pairs of MLPs 0 to 8, pairs of MLPs 8 to 11
    5 + 6 + 6 + 7 + 8 + 9 - 6 * 4, // MLPs to the middle heads' Q that are not early MLPs
  ];
  const edges = greaterthanEdges(graph);
  expect(edges).toHaveLength(counts.reduce((total, count) => total + count));
  expect(edges).toHaveLength(235);
  const names = edges.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["A8.11->MLP 8", "MLP 8->A9.1.Q", "A0.1->MLP 0"]));
  expect(names).not.toContain("A9.1->MLP 8");
  expect(names).not.toContain("MLP 4->A9.1.K");
});

it("is taken at every position by token", () => {
  const names = greaterthanEdges(graph).map(({ name }) => name);
  const edges = greaterthanEdges(graph.byToken(12), { seqStart: 3 });
  expect(edges).toHaveLength(235 * 12);
  expect(new Set(edges.map(({ name }) => name))).toEqual(new Set(names));
});
