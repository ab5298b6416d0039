import type { Graph, SrcNode } from "@autocircuit/core";

/** What sources of autoencoders stand in the place of. */
const PLACE: Partial<Record<SrcNode["kind"], SrcNode["kind"]>> = {
  latent: "mlp",
  error: "mlp",
  "attn-latent": "head",
  "attn-error": "head",
  "stream-latent": "post",
  "stream-error": "post",
};

/**
 * Sources that are replaced together when outputs are interpolated one part of the network at a time: `Resid Start`,
 * all heads of a block, an MLP (or all that an autoencoder makes of either, or of the stream behind them). The residual stream of a graph of
 * nodes is none: it is what the parts before it wrote.
 */
export function nodeGroups({ sources }: Graph): readonly (readonly SrcNode[])[] {
  const groups = new Map<string, SrcNode[]>();
  for (const source of sources) {
    if (source.kind === "mid" || source.kind === "post") continue;
    const key = `${PLACE[source.kind] ?? source.kind}${source.block}`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups.values()];
}
