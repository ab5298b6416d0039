import { Circuit, type Edge, type Graph } from "@autocircuit/core";

/** An edge's name and the positions (of the whole prompt) it is taken at; null for all of them. */
export type Connection = readonly [name: string, positions: readonly number[] | null];

/**
 * The edges behind connections, in the order of the graph, each once. Names that the graph does not have are left out: the rules of the
 * papers pair whole groups of nodes, and not every pair is connected. So are positions before `start`, which were cut off.
 */
export function connectedEdges(graph: Graph, connections: Iterable<Connection>, start = 0): Edge[] {
  const indices = new Set<number>();
  const { seqLen } = graph;
  for (const [name, positions] of connections) {
    if (!graph.has(name, seqLen === null ? null : 0)) continue;
    if (seqLen === null) indices.add(graph.index(name));
    else {
      for (const position of positions ?? upTo(seqLen, start)) {
        if (position >= start) indices.add(graph.index(name, position - start));
      }
    }
  }
  return [...Circuit.of(graph, indices)];
}

/**
 * The edges that remain when only some heads may write: all whose source is no head, and those of the heads kept, by token at the
 * positions (of the whole prompt) kept.
 */
export function edgesOfHeads(graph: Graph, kept: ReadonlyMap<string, readonly number[]>, start = 0): Edge[] {
  return [
    ...Circuit.where(graph, (index) => {
      const { src, token } = graph.edge(index);
      if (src.kind !== "head") return true;
      const positions = kept.get(src.name);
      return positions !== undefined && (token === null || positions.includes(token + start));
    }),
  ];
}

function upTo(tokens: number, start: number): number[] {
  return Array.from({ length: tokens }, (_, position) => position + start);
}
