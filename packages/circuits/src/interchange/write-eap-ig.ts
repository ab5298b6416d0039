import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { Graph } from "@autocircuit/core";
import { eapIgEdge, eapIgEdgeOrder, eapIgNodes, requireEapIgGraph } from "./eap-ig-names.ts";
import { formatPythonNumber } from "./python-json.ts";
import { type EapIgNode, type ScoredCircuit, scoredCircuitKind } from "./scored-circuit.ts";
import { ungroupedCircuit } from "./ungrouped-circuit.ts";

/** What a graph alone does not say. */
export interface EapIgFileOptions {
  /** Width of the residual stream, `d_model` in the file. Needed by EAP-IG's loader; 0 where it is not known. */
  readonly dModel?: number;
}

const check = signature("formatEapIgCircuit", { circuit: scoredCircuitKind }, {
  dModel: kind.whole,
} satisfies KindsOf<EapIgFileOptions>);

/**
 * A circuit as EAP-IG's `Graph.to_json` and the Mechanistic Interpretability Benchmark write it: `cfg`, `nodes` (each with `in_graph`),
 * `edges` (each with `score` and `in_graph`), in that library's order. Numbers that JSON does not know are written as Python does, so
 * that its loader reads them.
 *
 * Nodes that come without their own entries are in the circuit if an edge of the circuit leaves them and, `input` apart, one reaches
 * them, as that library prunes.
 *
 * The format knows no keys and values of groups of heads: edges to these are written once for each head, see {@link ungroupedCircuit}.
 *
 * @throws AutocircuitError `bad-input` for a graph the format cannot hold
 */
export function formatEapIgCircuit(circuit: ScoredCircuit, options: EapIgFileOptions = {}): string {
  check({ circuit }, options);
  const { graph, scores, inCircuit, eapIg } = ungroupedCircuit(circuit);
  requireEapIgGraph(graph);
  const cfg = {
    n_layers: graph.config.layers,
    n_heads: graph.config.heads,
    parallel_attn_mlp: graph.config.parallel,
    d_model: options.dModel ?? 0,
    ...eapIg?.cfg,
  };
  const given = eapIg?.nodes ?? nodesOf(graph, inCircuit);
  const nodes = eapIgNodes(graph).map((name) => `${JSON.stringify(name)}: ${formatNode(given.get(name))}`);
  const edges = eapIgEdgeOrder(graph).map((edge) => {
    const score = formatPythonNumber(scores[edge.index]!);
    return `${JSON.stringify(eapIgEdge(edge))}: {"score": ${score}, "in_graph": ${inCircuit[edge.index] === 1}}`;
  });
  return `{"cfg": ${JSON.stringify(cfg)},\n"nodes": {\n${nodes.join(",\n")}\n},\n"edges": {\n${edges.join(",\n")}\n}}\n`;
}

function formatNode(node: EapIgNode | undefined): string {
  const entries = [`"in_graph": ${node?.inGraph ?? false}`];
  if (node?.score !== undefined) entries.push(`"score": ${formatPythonNumber(node.score)}`);
  if (node?.neurons) entries.push(`"neurons": [${node.neurons.join(", ")}]`);
  if (node?.neuronScores) entries.push(`"neurons_scores": [${node.neuronScores.map(formatPythonNumber).join(", ")}]`);
  return `{${entries.join(", ")}}`;
}

function nodesOf(graph: Graph, inCircuit: Uint8Array): Map<string, EapIgNode> {
  const leaves = new Set<string>();
  const reached = new Set<string>(["Resid Start"]);
  for (let index = 0; index < graph.edgeCount; index++) {
    if (inCircuit[index] !== 1) continue;
    const { src, dest } = graph.edge(index);
    leaves.add(src.name);
    reached.add(dest.kind === "mlp" ? dest.name : `A${dest.block}.${dest.head}`);
  }
  const names = eapIgNodes(graph);
  const nodes = graph.sources.map(
    (src, i) => [names[i]!, { inGraph: leaves.has(src.name) && reached.has(src.name) }] as const,
  );
  return new Map<string, EapIgNode>([...nodes, ["logits", { inGraph: true }]]);
}
