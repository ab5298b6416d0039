import { type Graph, type LatentLabels, latentsByPosition } from "@autocircuit/core";
import type { ReportGraph } from "@autocircuit/report";

/**
 * A graph as a report draws it.
 *
 * @param labels what latents stand for, by their names
 *
 * @example
 * const { nodes, edgeCount } = reportGraph(task.model.graph);
 */
export function reportGraph(graph: Graph, labels: LatentLabels = {}): ReportGraph {
  const { config, srcs, dests, edgeCount, tokens } = graph;
  const { layers, heads, attnOnly, parallel } = config;
  const labelled = srcs.map((src) => (Object.hasOwn(labels, src.name) ? { ...src, label: labels[src.name] } : src));
  return {
    ...{ layers, heads, attnOnly, parallel, nodes: { srcs: labelled, dests }, edgeCount, tokens },
    ...(latentsByPosition(graph) && { latentsByPosition: true }),
  };
}
