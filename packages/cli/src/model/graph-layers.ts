import type { Graph } from "@autocircuit/core";

/** Up to this many names are listed one by one. */
const LISTED = 8;

/** One layer of a graph, in network order: what reads there, what writes there, and the edges that end there. */
export interface GraphLayer {
  layer: number;
  /** Which part of the transformer that is. */
  part: string;
  destinations: string[];
  /** Edges that end at these destinations. */
  edgeCount: number;
  sources: string[];
}

/** A graph layer by layer. A destination reads from every source of the layers before. */
export function graphLayers(graph: Graph): GraphLayer[] {
  const last = graph.destinations.at(-1)!.layer;
  return Array.from({ length: last + 1 }, (_, layer) => {
    const destinations = graph.destinations.filter((dest) => dest.layer === layer);
    const sources = graph.sources.filter((src) => src.layer === layer);
    return {
      layer,
      part: partOf([...destinations, ...sources].map(({ name }) => name)),
      destinations: destinations.map(({ name }) => name),
      edgeCount: destinations.reduce((sum, { sourceCount }) => sum + sourceCount, 0),
      sources: sources.map(({ name }) => name),
    };
  });
}

/** `block 3: attention`, or `block 3: attention and MLP` where both read the same residual stream. */
function partOf(nodes: readonly string[]): string {
  if (nodes.includes("Resid Start")) return "embedding";
  if (nodes.includes("Resid End")) return "unembedding";
  const heads = nodes.find((name) => name.startsWith("A"));
  const mlp = nodes.find((name) => name.startsWith("MLP"));
  const block = /\d+/.exec(heads ?? mlp ?? "")?.[0];
  return `block ${block}: ${[heads && "attention", mlp && "MLP"].filter(Boolean).join(" and ")}`;
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
