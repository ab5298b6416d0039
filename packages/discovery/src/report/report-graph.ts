import type { Graph } from "@autocircuit/core";
import type { ReportGraph } from "@autocircuit/report";

/**
 * A graph as a report draws it.
 *
 * @example
 * const { nodes, edgeCount } = reportGraph(task.model.graph);
 */
export function reportGraph({ config, srcs, dests, edgeCount, tokens }: Graph): ReportGraph {
  const { layers, heads, attnOnly, parallel } = config;
  return { layers, heads, attnOnly, parallel, nodes: { srcs, dests }, edgeCount, tokens };
}
