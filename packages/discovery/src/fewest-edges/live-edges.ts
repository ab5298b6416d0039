import type { DestNode, Graph, SrcNode } from "@autocircuit/core";

/**
 * Removes edges that can make no difference, given which edges are in the circuit: those that lead nowhere, and, where an
 * ablated input gives the ablated output (`forward`), those that come from nowhere. An edge makes a difference only on a
 * path from `Resid Start` to `Resid End`.
 *
 * By token, a node stands for all its positions, so that some edges without effect stay. In a graph of nodes, where a
 * component reads the stream itself instead of edges, all stay.
 *
 * @param mask one number an edge, 0 in the circuit, 1 outside; changed in place
 * @param forward whether a node whose inputs are all ablated writes just what its ablated output is: true of resampling,
 *   where both are the corrupt run; not of zeros and means
 * @returns how many edges were removed
 */
export function removeDangling(graph: Graph, mask: Float32Array, forward: boolean): number {
  if (!graph.factorized) return 0;
  const circuit = [...mask.keys()].filter((index) => mask[index] === 0).map((index) => graph.edge(index));
  const writes = writers(graph);
  const reached = new Set(graph.srcs.filter(({ kind }) => kind === "start"));
  if (forward) {
    // Network order: an edge's source is settled before the edge is looked at.
    for (const { src, dest } of circuit.toSorted((a, b) => a.dest.layer - b.dest.layer)) {
      if (reached.has(src)) for (const writer of writes(dest)) reached.add(writer);
    }
  }
  const needed = new Set<SrcNode>();
  const useful = (dest: DestNode): boolean => dest.kind === "end" || writes(dest).some((writer) => needed.has(writer));
  for (const { src, dest } of circuit.toSorted((a, b) => b.dest.layer - a.dest.layer))
    if (useful(dest)) needed.add(src);
  const dangling = circuit.filter(({ src, dest }) => (forward && !reached.has(src)) || !useful(dest));
  for (const { index } of dangling) mask[index] = 1;
  return dangling.length;
}

/** Kinds of sources that are what they are because of what an MLP reads. */
const writtenByMlp: ReadonlySet<SrcNode["kind"]> = new Set(["mlp", "latent", "error"]);

/** What writes because of what a destination reads: its MLP, its head, or the heads that share its keys and values. */
function writers(graph: Graph): (dest: DestNode) => readonly SrcNode[] {
  const { heads } = graph.config;
  const found = new Map<DestNode, readonly SrcNode[]>();
  const search = (dest: DestNode): readonly SrcNode[] => {
    const sharers = heads / graph.groups[dest.group]!.heads;
    return graph.srcs.filter(({ kind, block, head }) => {
      if (block !== dest.block || dest.kind === "end") return false;
      return dest.kind === "mlp"
        ? writtenByMlp.has(kind)
        : kind === "head" && Math.floor(head! / sharers) === dest.head;
    });
  };
  return (dest) => {
    const known = found.get(dest) ?? search(dest);
    found.set(dest, known);
    return known;
  };
}
