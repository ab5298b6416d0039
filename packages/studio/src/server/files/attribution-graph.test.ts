import { describe, expect, it } from "vitest";
import { readAttributionGraph } from "./attribution-graph.ts";

/** As circuit-tracer writes it, of a prompt of two tokens. */
function file() {
  const node = (node_id: string, layer: string, ctx_idx: number, feature_type: string, rest: object = {}) => ({
    ...{ node_id, feature: 1, layer, ctx_idx, feature_type, token_prob: 0, is_target_logit: false, run_idx: 0 },
    ...{ reverse_ctx_idx: 0, jsNodeId: `${node_id}-0`, clerp: "", influence: null, activation: null, ...rest },
  });
  return {
    metadata: { slug: "two-tokens", scan: "gemma-2-2b", prompt_tokens: ["a", "b"], prompt: "ab", schema_version: 1 },
    qParams: {
      pinnedIds: ["3_7_1"],
      supernodes: [["letters", "3_7_1", "E_5_0"]],
      linkType: "both",
      clickedId: "",
      sg_pos: "",
    },
    nodes: [
      node("E_5_0", "E", 0, "embedding", { clerp: "Emb: a" }),
      node("3_7_1", "3", 1, "cross layer transcoder", { influence: 0.4, activation: 2.5, clerp: "<b>letters</b>" }),
      node("0_3_1", "3", 1, "mlp reconstruction error"),
      node("27_9_1", "27", 1, "logit", { token_prob: 0.8, is_target_logit: true, clerp: 'Output " c"' }),
    ],
    links: [
      { source: "E_5_0", target: "3_7_1", weight: 0.5 },
      { source: "3_7_1", target: "27_9_1", weight: -1.5 },
    ],
  };
}

const read = (json: unknown) => readAttributionGraph(json, "graph.json");

describe("readAttributionGraph", () => {
  it("reads nodes, links, pins and groups; texts stay texts, layers have no gaps", () => {
    const graph = read(file());
    expect(graph).toMatchObject({
      title: "two-tokens",
      prompt: "ab",
      tokens: ["a", "b"],
      linksLeftOut: 0,
      pinned: ["3_7_1"],
    });
    expect(graph.groups).toEqual([{ name: "letters", nodes: ["3_7_1", "E_5_0"] }]);
    expect(graph.layers[0]).toBe("E");
    expect(graph.nodes.map(({ layer }) => graph.layers[layer])).toContain("3");
    expect(graph.nodes.map(({ kind, layer, position }) => [kind, layer, position])).toEqual([
      ["embedding", 0, 0],
      ["feature", 1, 1],
      ["error", 1, 1],
      ["logit", 2, 1],
    ]);
    expect(graph.nodes[1]).toMatchObject({
      label: "<b>letters</b>",
      influence: 0.4,
      activation: 2.5,
      probability: null,
    });
    expect(graph.nodes[3]!.probability).toBe(0.8);
    expect(graph.links).toEqual([
      { source: 0, target: 1, weight: 0.5 },
      { source: 1, target: 3, weight: -1.5 },
    ]);
  });

  it("keeps the strongest of too many links, and says how many it left out", () => {
    const json = file();
    const links = Array.from({ length: 400_003 }, (_, i) => ({
      source: "E_5_0",
      target: "3_7_1",
      weight: i % 2 ? i : -i,
    }));
    const graph = read({ ...json, links });
    expect([graph.links.length, graph.linksLeftOut]).toEqual([400_000, 3]);
    expect(Math.min(...graph.links.slice(0, 1000).map(({ weight }) => Math.abs(weight)))).toBeGreaterThanOrEqual(3);
  });

  it.each<[string, (json: ReturnType<typeof file>) => unknown, RegExp]>([
    ["what is none", () => [], /no graph of circuit-tracer/],
    ["null", () => null, /no graph of circuit-tracer/],
    ["no tokens", (json) => ({ ...json, metadata: {} }), /prompt_tokens/],
    ["a node that is none", (json) => ({ ...json, nodes: [...json.nodes, 3] }), /nodes\[4\]/],
    ["a layer that is none", (json) => ({ ...json, nodes: [{ ...json.nodes[0]!, layer: "x" }] }), /`layer`/],
    ["a position that is none", (json) => ({ ...json, nodes: [{ ...json.nodes[0]!, ctx_idx: -1 }] }), /`ctx_idx`/],
    ["two nodes of one id", (json) => ({ ...json, nodes: [json.nodes[0]!, json.nodes[0]!] }), /the same `node_id`/],
    [
      "a link to nowhere",
      (json) => ({ ...json, links: [{ source: "x", target: "E_5_0", weight: 1 }] }),
      /links\[0\].*no node/,
    ],
    [
      "a weight that is none",
      (json) => ({ ...json, links: [{ ...json.links[0]!, weight: "1" }] }),
      /links\[0\].*`weight`/,
    ],
  ])("refuses %s, naming the entry", (_, change, message) => {
    expect(() => read(change(file()))).toThrow(message);
    expect(() => read(change(file()))).toThrow(/graph\.json/);
  });
});
