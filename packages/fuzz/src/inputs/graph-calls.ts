import { Graph, type GraphConfig, type GraphOptions, graphSize } from "@autocircuit/core";
import type { PublicCall } from "./public-call.ts";
import { tinyConfig } from "./tiny-model.ts";

/** Calls of what makes graphs and looks into one. */
export function graphCalls(graph: Graph): Readonly<Record<string, PublicCall>> {
  return {
    "Graph.of": ofConfig(Graph.of),
    graphSize: ofConfig(graphSize),
    "Graph.index": { takes: { edge: 0 }, call: (t) => graph.index(t.edge) },
    "Graph.indices": { takes: { edges: [0] }, call: (t) => graph.indices(t.edges) },
    "Graph.has": { takes: { name: "x" }, call: (t) => graph.has(t.name) },
  };
}

/** A function of a configuration, whose entries are checked each by itself. */
function ofConfig(make: (config: GraphConfig, options: GraphOptions) => unknown): PublicCall {
  return {
    takes: { config: tinyConfig, layers: 1, heads: 1, kvHeads: 1, attnOnly: false, parallel: false },
    call: ({ config, ...entries }, o) => make((config === tinyConfig ? entries : config) as never, o),
  };
}
