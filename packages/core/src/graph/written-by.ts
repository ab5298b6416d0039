import type { Graph } from "./graph.ts";
import type { DestNode, SrcNode } from "./node.ts";

/**
 * The sources that write because of what a destination reads: its MLP, its head, or the heads that share its keys and values; for a point of
 * the residual stream the point itself, or the latents and the error of its autoencoder; nothing for `Resid End`.
 */
export function writtenBy(graph: Graph): (dest: DestNode) => readonly SrcNode[] {
  const { heads } = graph.config;
  const known = new Map<DestNode, readonly SrcNode[]>();
  const find = (dest: DestNode): readonly SrcNode[] => {
    if (dest.kind === "end") return [];
    const sharers = heads / graph.groups[dest.group]!.heads;
    return graph.sources.filter(({ kind, block, head }) => {
      if (block !== dest.block) return false;
      if (kind === "head") return dest.head !== null && Math.floor(head! / sharers) === dest.head;
      if (kind === "latent" || kind === "error") return dest.kind === "mlp";
      // Latents of attention are made of all its heads.
      if (kind === "attn-latent" || kind === "attn-error") return dest.head !== null;
      if (kind === "stream-latent" || kind === "stream-error") return dest.kind === "post";
      return kind === dest.kind;
    });
  };
  return (dest) => {
    const found = known.get(dest) ?? find(dest);
    known.set(dest, found);
    return found;
  };
}
