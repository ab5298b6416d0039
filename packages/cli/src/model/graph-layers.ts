import type { Graph } from "@autocircuit/core";

/** Up to this many names are listed one by one. */
const LISTED = 8;

/** One layer of a graph, in network order: what reads there, what writes there, and the edges that end there. */
export interface GraphLayer {
  layer: number;
  destinations: string[];
  /** Edges that end at these destinations. */
  edges: number;
  sources: string[];
}

/** A graph layer by layer. A destination reads from every source of the layers above it. */
export function graphLayers(graph: Graph): GraphLayer[] {
  const last = graph.dests.at(-1)!.layer;
  return Array.from({ length: last + 1 }, (_, layer) => {
    const dests = graph.dests.filter((dest) => dest.layer === layer);
    return {
      layer,
      destinations: dests.map(({ name }) => name),
      edges: dests.reduce((sum, { sources }) => sum + sources, 0),
      sources: graph.srcs.filter((src) => src.layer === layer).map(({ name }) => name),
    };
  });
}

/** Names in a cell: a few one by one; of many the heads of a kind as a range, `A0.0.Q to A0.11.Q`. */
export function shortList(names: readonly string[]): string {
  if (names.length <= LISTED) return names.join(", ");
  const kinds = new Map<string, string[]>();
  for (const name of names) {
    const kind = name.replace(/\.\d+/, "");
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  return [...kinds.values()]
    .map((kind) => (kind.length > 2 ? `${kind[0]} to ${kind.at(-1)}` : kind.join(", ")))
    .join(", ");
}
