import type { Graph } from "@autocircuit/core";
import type { Recorder } from "../recorder.ts";
import type { ExpectedVariant } from "./expected-case.ts";

/** Nodes, their order, modules and layers, and the edges' names and number. */
export function checkStructure(graph: Graph, expected: ExpectedVariant, recorder: Recorder): void {
  const srcs = graph.sources.map(({ name, module, layer, head, index }) => [name, module, layer, head, index]);
  recorder.equal("srcs", srcs, expected.srcs);
  // The reference lists destinations sorted by module; which ones there are, and where they read, is what matters.
  const dests = graph.destinations.map(({ name, module, layer, head, firstSource }) => [
    name,
    module,
    layer,
    head,
    firstSource,
  ]);
  recorder.set("dests", dests.map(String), expected.dests.map(String));
  recorder.equal("n_edges", graph.edgeCount, expected.n_edges);
  const perPosition = graph.seqLen ?? 1;
  const names: string[] = [];
  for (const edge of graph.edges()) if ((edge.token ?? 0) === 0) names.push(edge.name);
  recorder.set("edges", names, expected.edges);
  recorder.equal("distinct edges", names.length * perPosition, graph.edgeCount);
}
