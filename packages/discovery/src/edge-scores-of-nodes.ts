import { AutocircuitError, signature } from "@autocircuit/base";
import { coreKinds, type DestNode, type Graph, magnitude, PruneScores } from "@autocircuit/core";

const check = signature("edgeScoresOfNodes", { nodes: coreKinds.pruneScores, graph: coreKinds.graph });

/**
 * Scores of edges from those of nodes, which is what scores of an unfactorised graph are: an edge is as important as the less important one
 * of its two nodes, so that an edge comes in when both of them have; `Resid End` is always there. Source: AutoCircuit's tracr experiments
 * (`node_ps_to_edge_ps`).
 *
 * @param nodes scores of the model's unfactorised graph, by token if `graph` is; their magnitudes count
 * @param graph the factorised graph
 * @throws AutocircuitError `bad-input` for scores of another model's graph, or of edges already
 * @example
 * const nodes = await acdc(task.model.withGraph({ factorized: false }), task.train);
 * const { auroc } = rocCurve(edgeScoresOfNodes(nodes, task.model.graph), task.knownEdges!);
 */
export function edgeScoresOfNodes(nodes: PruneScores, graph: Graph): PruneScores {
  check({ nodes, graph });
  const { seqLen, separateQkv, ungrouped } = graph.config;
  if (!graph.factorized || nodes.graph.factorized || !nodes.graph.equals(graph.with({ factorized: false }))) {
    const same = nodes.graph.with({ factorized: true, seqLen, separateQkv, ungrouped }).equals(graph);
    throw new AutocircuitError(
      "bad-input",
      same && nodes.graph.factorized
        ? "These are scores of edges already. Give scores of the unfactorised graph: `model.withGraph({ factorized: false })`."
        : "The scores are of another graph: they must be of the unfactorised graph of the same model, by token where the edges are.",
    );
  }
  const scoreOf = new Map<string, number>();
  const key = (node: string, token: number | null) => `${token}:${node}`;
  for (const { src, token, index } of nodes.graph.edges())
    scoreOf.set(key(src.name, token), magnitude(nodes.values[index]!));
  const values = new Float32Array(graph.edgeCount);
  for (const { src, dest, token, index } of graph.edges()) {
    const own = scoreOf.get(key(src.name, token))!;
    // `Resid End` writes nothing, so that it has no score.
    const readers = nodesOf(dest, graph).map((node) => scoreOf.get(key(node, token)) ?? Number.POSITIVE_INFINITY);
    values[index] = Math.min(own, Math.max(...readers));
  }
  return new PruneScores(graph, values, nodes.info);
}

/** The nodes that a destination belongs to: a head whichever of its inputs it is, or all heads that share keys and values. */
function nodesOf({ name, kind, block, head }: DestNode, { config }: Graph): string[] {
  if (head === null) return [name];
  const shared = (kind === "k" || kind === "v") && !config.ungrouped ? config.heads / config.kvHeads : 1;
  return Array.from({ length: shared }, (_, i) => `A${block}.${head * shared + i}`);
}
