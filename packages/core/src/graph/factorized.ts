import type { ResolvedGraphConfig } from "./graph-config.ts";
import { type Layout, LayoutBuilder } from "./layout.ts";

/**
 * The factorised graph: every component reads from every earlier one. Attention and MLP of a block are two layers of the
 * graph, one if they run in parallel; an edge exists where the source's layer is below the destination's.
 */
export function factorizedLayout(config: ResolvedGraphConfig): Layout {
  const { heads, kvHeads, attnOnly, parallel, separateQkv, ungrouped } = config;
  const build = new LayoutBuilder(config);
  const keyValueHeads = ungrouped ? heads : kvHeads;
  build.source("start", "Resid Start", "blocks.0.hook_resid_pre", 0, 0);
  let layer = 0;
  for (let block = 0; block < config.layers; block++) {
    layer++;
    const before = build.srcs.length;
    if (separateQkv) {
      build.group("q", "hook_q_input", layer, block, heads, 0, before);
      build.group("k", "hook_k_input", layer, block, keyValueHeads, 0, before);
      build.group("v", "hook_v_input", layer, block, keyValueHeads, 0, before);
    } else {
      build.group("qkv", "hook_attn_in", layer, block, heads, 0, before);
    }
    build.heads(block, layer);
    if (attnOnly) continue;
    const seen = parallel ? before : build.srcs.length;
    if (!parallel) layer++;
    build.group("mlp", "hook_mlp_in", layer, block, null, 0, seen);
    build.mlp(block, layer);
  }
  build.group("end", "hook_resid_post", layer + 1, config.layers - 1, null, 0, build.srcs.length);
  return build;
}
