import type { Graph, SrcNode } from "@autocircuit/core";

/** Sources that are replaced together when outputs are interpolated one part of the network at a time: `Resid Start`, all heads of a layer, an MLP. */
export function nodeGroups({ srcs }: Graph): readonly (readonly SrcNode[])[] {
  const groups = new Map<string, SrcNode[]>();
  for (const source of srcs) {
    const key = `${source.kind}${source.block}`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups.values()];
}
