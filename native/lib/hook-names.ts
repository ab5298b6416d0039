import type { TransformerConfig } from "./transformer-config.ts";

/**
 * The hook points of a network, by TransformerLens' names, in the order of the pass. Shapes of their values (B batch, P positions, D dModel):
 *
 * - `blocks.L.hook_resid_pre`, `hook_resid_mid`, `hook_resid_post`, `hook_attn_out`, `hook_mlp_out`: [B, P, D]. In a patched pass the
 *   residual stream is what destinations without patched edges read.
 * - `blocks.L.ln1.hook_scale`, `ln2.hook_scale`, `ln_final.hook_scale`: [B, P, 1], what a norm divides by; `hook_normalized`: [B, P, D], what it
 *   gives, of a root-mean-square norm before its weights. Unpatched passes only.
 * - `blocks.L.attn.hook_q`, `hook_k`, `hook_v`, `hook_z`, with rotary positions `hook_rot_q`, `hook_rot_k`: [B, P, heads, dHead], where
 *   grouped keys and values have as many heads as they are read by in the graph.
 * - `blocks.L.attn.hook_attn_scores`, `hook_pattern`: [B, heads, P, prefix + P], from queries to keys; scores are -Infinity where a query may not
 *   attend.
 * - `blocks.L.mlp.hook_pre` (what the activation takes), `hook_pre_linear` (what a gated MLP multiplies it with), `hook_post` (neurons): [B, P, dMlp].
 */
export function hookNames(config: TransformerConfig): readonly string[] {
  const norms = config.norm !== "none";
  const before = norms && (config.preNorm ?? true);
  const rotary = config.positions === "rotary";
  const mlp = !config.attnOnly;
  const of = (there: boolean, ...names: string[]) => (there ? names : []);
  const ofBlock = [
    "hook_resid_pre",
    ...of(before, "ln1.hook_scale", "ln1.hook_normalized"),
    ...["attn.hook_q", "attn.hook_k", "attn.hook_v"],
    ...of(rotary, "attn.hook_rot_q", "attn.hook_rot_k"),
    ...["attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_z", "hook_attn_out"],
    ...of(!config.parallel, "hook_resid_mid"),
    ...of(mlp && before, "ln2.hook_scale", "ln2.hook_normalized"),
    ...of(mlp, "mlp.hook_pre"),
    ...of(mlp && config.gated, "mlp.hook_pre_linear"),
    ...of(mlp, "mlp.hook_post", "hook_mlp_out"),
    "hook_resid_post",
  ];
  const blocks = Array.from({ length: config.layers }, (_, block) => ofBlock.map((name) => `blocks.${block}.${name}`));
  return [...blocks.flat(), ...of(norms, "ln_final.hook_scale", "ln_final.hook_normalized")];
}
