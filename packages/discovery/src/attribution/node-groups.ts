import type { Graph, SrcNode } from "@autocircuit/core";

/**
 * Sources that are replaced together when outputs are interpolated one part of the network at a time: `Resid Start`,
 * all heads of a layer, an MLP (or all that its autoencoder makes of it).
 */
export function nodeGroups({ srcs }: Graph): readonly (readonly SrcNode[])[] {
  const groups = new Map<string, SrcNode[]>();
  for (const source of srcs) {
    const kind = source.kind === "latent" || source.kind === "error" ? "mlp" : source.kind;
    const key = `${kind}${source.block}`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups.values()];
}
