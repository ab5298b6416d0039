import { kind, signature } from "@autocircuit/base";
import { coreKinds, type Graph, type LatentLabels, latentsByPosition } from "@autocircuit/core";
import type { ReportGraph } from "@autocircuit/report";

const check = signature("reportGraph", {
  graph: coreKinds.graph,
  labels: kind.optional(
    kind.such(
      'what latents stand for by their names, such as { "MLP 2 Latent 17": "years" }',
      (value) => kind.record.accepts(value) && Object.values(value as object).every(kind.text.accepts),
    ),
  ),
});

/**
 * A graph as a report draws it.
 *
 * @param labels what latents stand for, by their names
 * @throws AutocircuitError `bad-input` for what is no graph, and labels that are no texts
 *
 * @example
 * const { nodes, edgeCount } = reportGraph(task.model.graph);
 */
export function reportGraph(graph: Graph, labels: LatentLabels = {}): ReportGraph {
  check({ graph, labels });
  const { config, sources, destinations, edgeCount, seqLen } = graph;
  const { layers, heads, attnOnly, parallel } = config;
  const labelled = sources.map((src) => (Object.hasOwn(labels, src.name) ? { ...src, label: labels[src.name] } : src));
  return {
    ...{ layers, heads, attnOnly, parallel, nodes: { sources: labelled, destinations }, edgeCount, seqLen },
    ...(latentsByPosition(graph) && { latentsByPosition: true }),
  };
}
