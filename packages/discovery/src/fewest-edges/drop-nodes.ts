import { throwIfAborted } from "@autocircuit/core";
import { circuitSize, type EliminationOptions, removeIfEnough } from "./eliminate.ts";

/**
 * Drops whole nodes: visits the heads and MLPs whose strongest edge ranks lowest first, and drops all edges of one together if enough is
 * still kept. A node that edges lead to for the sake of one another is not found edge by edge.
 *
 * @param mask the circuit to start from, which must keep enough; changed in place
 * @param options.order every edge, the least important first
 */
export async function dropNodes(mask: Float32Array, options: EliminationOptions): Promise<void> {
  const { graph, order, signal, onSize } = options;
  const edgesOf = new Map<number, number[]>();
  for (const edge of order.toReversed()) {
    const { index } = graph.edge(edge).src;
    const edges = edgesOf.get(index);
    if (edges) edges.push(edge);
    else edgesOf.set(index, [edge]);
  }
  for (const edges of [...edgesOf.values()].reverse()) {
    throwIfAborted(signal);
    await removeIfEnough(mask, edges, options);
    onSize?.(circuitSize(mask));
  }
}
