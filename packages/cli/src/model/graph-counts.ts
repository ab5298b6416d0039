import { Graph, type GraphOptions } from "@autocircuit/core";
import type { TransformerConfig } from "@autocircuit/native";

/** How large a model's graph of one kind is. */
export interface GraphCounts {
  kind: string;
  sourceCount: number;
  destinationCount: number;
  edgeCount: number;
}

/** The counts of every kind of graph that a model has. */
export function graphCounts(config: TransformerConfig, seqLen: number): GraphCounts[] {
  const grouped = config.kvHeads !== config.heads;
  const kinds: Record<string, GraphOptions> = {
    "edges, separate Q, K, V": {},
    ...(grouped && { "edges, ungrouped: K, V of every query head": { ungrouped: true } }),
    "edges, shared Q, K, V": { separateQkv: false },
    [`edges by token, ${seqLen} tokens`]: { seqLen },
    "nodes along the residual stream": { factorized: false },
  };
  return Object.entries(kinds).map(([kind, options]) => {
    const { sources, destinations, edgeCount } = Graph.of(config, options);
    return { kind, sourceCount: sources.length, destinationCount: destinations.length, edgeCount };
  });
}
