import type { Graph } from "@autocircuit/core";
import type { GraphTable } from "../api/index.ts";

/** The graph as the page gets it: sources and groups; edges are numbered by these. */
export function graphTable(graph: Graph, blocks: number): GraphTable {
  const names: string[][] = graph.groups.map(() => []);
  for (const { group, name } of graph.destinations) names[group]!.push(name);
  return {
    edgeCount: graph.edgeCount,
    seqLen: graph.seqLen,
    blocks,
    sources: graph.sources.map(({ name, kind, layer, block, head }) => ({ name, kind, layer, block, head })),
    groups: graph.groups.map(({ module, kind, layer, block, offset, heads, firstSource, sourceCount }, place) => ({
      ...{ module, kind, layer, block, offset, heads, firstSource, sourceCount },
      names: names[place]!,
    })),
  };
}
