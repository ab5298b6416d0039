/** A file of circuit-tracer: two tokens, a feature above each, a logit. */
export function attributionGraph() {
  const node = (node_id: string, layer: string, ctx_idx: number, feature_type: string) => ({
    ...{ node_id, feature: 1, layer, ctx_idx, feature_type, token_prob: 0, is_target_logit: false, run_idx: 0 },
    ...{ reverse_ctx_idx: 0, jsNodeId: `${node_id}-0`, clerp: "", influence: null, activation: null },
  });
  const link = (source: string, target: string, weight: number) => ({ source, target, weight });
  return {
    metadata: { slug: "two-words", scan: "a-model", prompt_tokens: ["two", " words"], prompt: "two words" },
    qParams: { pinnedIds: [], supernodes: [], linkType: "both", clickedId: "", sg_pos: "" },
    nodes: [
      ...[0, 1].map((at) => node(`E_5_${at}`, "E", at, "embedding")),
      ...[0, 1].map((at) => node(`3_17_${at}`, "3", at, "cross layer transcoder")),
      node("8_9_1", "8", 1, "logit"),
    ],
    links: [
      link("E_5_0", "3_17_0", 2),
      link("E_5_1", "3_17_1", -1),
      link("3_17_0", "8_9_1", 3),
      link("3_17_1", "8_9_1", 0.5),
      link("E_5_0", "8_9_1", 0.1),
      link("E_5_1", "8_9_1", 0.2),
    ],
  };
}
