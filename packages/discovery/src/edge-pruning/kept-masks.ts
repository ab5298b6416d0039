import type { Graph } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";

/** The number of each edge's source, as indices `[E]` (int64). */
export function sourcesOfEdges(graph: Graph): Tensor {
  const sources = new BigInt64Array(graph.edgeCount);
  for (const group of graph.groups)
    for (let cell = 0; cell < group.size; cell++)
      sources[group.offset + cell] = BigInt(group.firstSource + (cell % group.sourceCount));
  return Tensor.from(sources);
}

/**
 * How much of the ablation each edge takes, `[E]`, where a share of each edge and of each source is kept. A source whose mask is m writes
 * `m z + (1 - m) ablated`, of which an edge whose mask is q carries `q (m z + (1 - m) ablated) + (1 - q) ablated`: the ablation counts
 * `1 - q m`.
 *
 * @param edges `[E]`
 * @param nodes `[S]`, or undefined where all sources are kept
 * @param sources of {@link sourcesOfEdges}
 */
export function ablatedShares(edges: Tensor, nodes: Tensor | undefined, sources: Tensor): Tensor {
  return scope(() => {
    const kept = nodes ? edges.mul(nodes.indexSelect(0, sources)) : edges;
    return kept.neg().add(1);
  });
}
