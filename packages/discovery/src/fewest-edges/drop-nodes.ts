import { throwIfAborted } from "@autocircuit/core";
import { type EliminationOptions, removeIfEnough } from "./eliminate.ts";
import type { RankingSearch } from "./ranking-search.ts";
import { searchPhases } from "./search-progress.ts";

/**
 * Drops whole nodes: visits the heads and MLPs whose strongest edge ranks lowest first, and drops all edges of one together if enough is
 * still kept. A node that edges lead to for the sake of one another is not found edge by edge.
 *
 * @param search its circuit is changed in place, and the nodes that were tried are counted
 * @param options.order every edge, the least important first
 */
export async function dropNodes(search: RankingSearch, options: EliminationOptions): Promise<void> {
  const { graph, order, signal, onProgress } = options;
  const { mask } = search;
  const edgesOf = new Map<number, number[]>();
  for (const edge of order.toReversed()) {
    const { index } = graph.edge(edge).src;
    const edges = edgesOf.get(index);
    if (edges) edges.push(edge);
    else edgesOf.set(index, [edge]);
  }
  for (const edges of [...edgesOf.values()].reverse().slice(search.nodes)) {
    throwIfAborted(signal);
    await removeIfEnough(mask, edges, options);
    search.nodes++;
    onProgress?.({ phase: searchPhases.nodes, done: search.nodes, total: edgesOf.size, even: true });
  }
}
