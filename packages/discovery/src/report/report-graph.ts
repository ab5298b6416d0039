import type { Graph, LatentLabels } from "@autocircuit/core";
import type { ReportGraph } from "@autocircuit/report";

/**
 * A graph as a report draws it.
 *
 * @param labels what latents stand for, by their names
 *
 * @example
 * const { nodes, edgeCount } = reportGraph(task.model.graph);
 */
export function reportGraph({ config, srcs, dests, edgeCount, tokens }: Graph, labels: LatentLabels = {}): ReportGraph {
  const { layers, heads, attnOnly, parallel } = config;
  const labelled = srcs.map((src) => (Object.hasOwn(labels, src.name) ? { ...src, label: labels[src.name] } : src));
  return { layers, heads, attnOnly, parallel, nodes: { srcs: labelled, dests }, edgeCount, tokens };
}
