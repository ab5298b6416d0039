import type { ResolvedGraphConfig } from "./graph-config.ts";
import { type Layout, LayoutBuilder } from "./layout.ts";

/**
 * The unfactorised graph (node patching): the residual stream after attention and after the block is a destination and
 * then a source itself, so an edge joins neighbouring layers only. Without an MLP, or with attention and MLP in parallel,
 * a block is one layer and has no middle.
 */
export function unfactorizedLayout(config: ResolvedGraphConfig): Layout {
  const { attnOnly, parallel } = config;
  const last = config.layers - 1;
  const build = new LayoutBuilder(config);
  build.source("start", "Resid Start", "blocks.0.hook_resid_pre", 0, 0);
  let layer = 0;
  let first = 0;
  for (let block = 0; block <= last; block++) {
    build.heads(block, layer);
    if (!attnOnly && !parallel) {
      layer++;
      build.group("mid", "hook_resid_mid", layer, block, null, first, build.sources.length - first);
      first = build.sources.length;
      build.source("mid", `Resid Mid ${block}`, `blocks.${block}.hook_resid_mid`, layer, block);
    }
    if (!attnOnly) build.source("mlp", `MLP ${block}`, `blocks.${block}.hook_mlp_out`, layer, block);
    layer++;
    const kind = block === last ? "end" : "post";
    build.group(kind, "hook_resid_post", layer, block, null, first, build.sources.length - first);
    first = build.sources.length;
    if (block < last) build.source("post", `Resid Post ${block}`, `blocks.${block}.hook_resid_post`, layer, block);
  }
  return build;
}
