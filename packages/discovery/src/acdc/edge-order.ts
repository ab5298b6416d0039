import { AutocircuitError } from "@autocircuit/base";
import type { EdgeRef, Graph } from "@autocircuit/core";

/**
 * The order in which ACDC visits edges when none is given: the flat vector backwards. So later destinations come
 * first (`Resid End`, then the blocks from last to first: MLP, values, keys, queries), and within a module later
 * positions, later heads and later sources.
 */
export function defaultEdgeOrder(graph: Graph): Uint32Array {
  return Uint32Array.from({ length: graph.edgeCount }, (_, step) => graph.edgeCount - 1 - step);
}

/**
 * Checks an order given by the caller.
 *
 * @returns the edges' indices
 * @throws AutocircuitError when an edge is unknown, missing or given twice
 */
export function givenEdgeOrder(graph: Graph, order: Iterable<EdgeRef>): Uint32Array {
  const indices = Uint32Array.from(graph.indices(order));
  const seen = new Uint8Array(graph.edgeCount);
  for (const index of indices) {
    if (seen[index] === 1) {
      throw new AutocircuitError(
        "bad-input",
        `The edge order visits ${graph.edge(index)} twice. Every edge once, please.`,
      );
    }
    seen[index] = 1;
  }
  const missing = seen.indexOf(0);
  if (missing >= 0) {
    throw new AutocircuitError(
      "bad-input",
      `The edge order has ${indices.length} of ${graph.edgeCount} edges; ${graph.edge(missing)} is missing. ` +
        "ACDC must visit every edge.",
    );
  }
  return indices;
}
