import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { absent, caseGraphConfig, cases, readCase } from "../../test/conformance.ts";
import { Graph } from "./graph.ts";
import type { GraphConfig, GraphOptions } from "./graph-config.ts";

type Row = [name: string, module: string, layer: number, head: number | null, index: number];

interface Expected {
  name: string;
  config: GraphConfig;
  options: GraphOptions;
  edgeCount: number;
  srcs: Row[];
  dests: Row[];
  edges: string[];
}

const sorted = <T>(rows: readonly T[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

function check({ config, options, edgeCount, srcs, dests, edges }: Expected): void {
  const graph = Graph.of(config, options);
  expect(graph.sources.map((n) => [n.name, n.module, n.layer, n.head, n.index])).toEqual(srcs);
  expect(sorted(graph.destinations.map((n) => [n.name, n.module, n.layer, n.head, n.firstSource]))).toEqual(
    sorted(dests),
  );
  expect(graph.edgeCount).toBe(edgeCount);
  const names = new Set<string>();
  for (const edge of graph.edges()) names.add(edge.name);
  expect([...names].sort()).toEqual([...edges].sort());
}

const fixtures: Expected[] = JSON.parse(
  readFileSync(new URL("../../test/fixtures/graphs.json", import.meta.url), "utf8"),
);

describe("graphs equal the committed lists of sources, destinations and edges", () => {
  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => check(fixture));
});

describe.skipIf(absent)("graphs equal every conformance list (skipped where the conformance cases are absent)", () => {
  const all = cases.flatMap((name) =>
    Object.entries<Record<string, never>>(readCase(name, "expected.json").variants).map(
      ([variant, expected]) => [`${name} ${variant}`, name, expected] as const,
    ),
  );
  it.each(all)("%s", (_title, name, expected) => {
    check({
      name,
      config: caseGraphConfig(name),
      options: {
        factorized: expected.factorized!,
        separateQkv: expected.separate_qkv!,
        seqLen: expected.seq_len ?? null,
      },
      edgeCount: expected.n_edges!,
      srcs: expected.srcs!,
      dests: expected.dests!,
      edges: expected.edges!,
    });
  });
});
