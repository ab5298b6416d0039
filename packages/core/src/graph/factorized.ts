import type { ResolvedGraphConfig } from "./graph-config.ts";
import { type Layout, LayoutBuilder } from "./layout.ts";

/**
 * The factorised graph: every component reads from every earlier one. Attention and MLP of a block are two layers of the
 * graph, one if they run in parallel; an edge exists where the source's layer is below the destination's. An autoencoder of the stream behind
 * a block is a layer of its own, which reads all since the one before it, and beyond which nobody reads.
 */
export function factorizedLayout(config: ResolvedGraphConfig): Layout {
  const { heads, kvHeads, attnOnly, parallel, separateQkv, ungrouped, streamLatents } = config;
  const build = new LayoutBuilder(config);
  const keyValueHeads = ungrouped ? heads : kvHeads;
  build.source("start", "Resid Start", "blocks.0.hook_resid_pre", 0, 0);
  let layer = 0;
  let first = 0;
  for (let block = 0; block < config.layers; block++) {
    layer++;
    const before = build.sources.length - first;
    if (separateQkv) {
      build.group("q", "hook_q_input", layer, block, heads, first, before);
      build.group("k", "hook_k_input", layer, block, keyValueHeads, first, before);
      build.group("v", "hook_v_input", layer, block, keyValueHeads, first, before);
    } else {
      build.group("qkv", "hook_attn_in", layer, block, heads, first, before);
    }
    build.heads(block, layer);
    if (!attnOnly) {
      const seen = parallel ? before : build.sources.length - first;
      if (!parallel) layer++;
      build.group("mlp", "hook_mlp_in", layer, block, null, first, seen);
      build.mlp(block, layer);
    }
    if (!streamLatents?.[block]) continue;
    layer++;
    // The last block's `hook_resid_post` is what `Resid End` reads.
    build.group("post", "hook_resid_post.latent_ins", layer, block, null, first, build.sources.length - first);
    first = build.sources.length;
    build.stream(block, layer);
  }
  build.group("end", "hook_resid_post", layer + 1, config.layers - 1, null, first, build.sources.length - first);
  return build;
}
