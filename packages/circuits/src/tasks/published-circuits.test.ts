import { Graph, type GraphConfig } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { publishedCircuits } from "./registry.ts";

const CONFIGS: Record<string, GraphConfig> = {
  "GPT-2 small": { layers: 12, heads: 12, attnOnly: false, parallel: false },
  "attn-only-4l": { layers: 4, heads: 8, attnOnly: true, parallel: false },
  "Pythia-2.8B": { layers: 32, heads: 32, attnOnly: false, parallel: true },
  "compiled reverse": { layers: 4, heads: 1, attnOnly: false, parallel: false },
  "compiled xproportion": { layers: 2, heads: 1, attnOnly: false, parallel: false },
};

const circuits = Object.values(publishedCircuits).map((circuit) => {
  const separateQkv = !circuit.name.startsWith("sports-players");
  return { ...circuit, graph: Graph.of(CONFIGS[circuit.model]!, { separateQkv }) };
});
/** Any positions do, as long as they are in order. */
const positionsOf = (words: readonly string[]) => Object.fromEntries(words.map((word, i) => [word, i + 1]));

it("has the circuits under their names", () => {
  expect(Object.keys(publishedCircuits)).toEqual([
    "ioi-edges",
    "ioi-mlp-0-only-edges",
    "ioi-head-based-edges",
    "greaterthan-edges",
    "docstring-edges",
    "docstring-node-based-edges",
    "sports-players-edges",
    "sports-players-probe-edges",
    "tracr-reverse-edges",
    "tracr-reverse-acdc-edges",
    "tracr-xproportion-edges",
    "tracr-xproportion-acdc-edges",
  ]);
});

const tokensFor = (words: readonly string[]) => Math.max(6, words.length + 1);

describe.each(circuits)("$name", ({ name, edges, graph, words }) => {
  const tokens = tokensFor(words);

  it.each([false, true])("names edges of the graph, each once, in its order (corrected: %s)", (corrected) => {
    const found = edges(graph, { corrected });
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((edge) => graph.has(edge.name) && graph.index(edge.name) === edge.index)).toBe(true);
    expect(new Set(found.map(({ index }) => index)).size).toBe(found.length);
    const byToken = graph.byToken(tokens);
    const placed = edges(byToken, { corrected, wordPositions: positionsOf(words) });
    expect(placed.every((edge) => byToken.index(edge.name, edge.token) === edge.index)).toBe(true);
    expect(new Set(placed.map(({ index }) => index)).size).toBe(placed.length);
    const names = new Set(edges(graph, { corrected, wordPositions: positionsOf(words) }).map((edge) => edge.name));
    expect(placed.every((edge) => names.has(edge.name))).toBe(true);
  });

  it("refuses another model, and positions that contradict the graph", () => {
    const { config } = graph;
    expect(() => edges(Graph.of({ ...config, layers: config.layers + 1 }, config))).toThrow(/belongs to/);
    expect(() => edges(Graph.of({ ...config, heads: 3, kvHeads: 3 }, config))).toThrow(/belongs to/);
    expect(() => edges(graph, { byToken: true })).toThrow(/model with its seqLen/);
    expect(() => edges(graph.byToken(tokens), { byToken: false })).toThrow(/byToken: true/);
  });

  it("has a paper", () => {
    expect(publishedCircuits[name]!.paper).toMatch(/20\d\d/);
  });
});

describe.each(circuits.filter(({ words }) => words.length > 0))("$name by token", ({ edges, graph, words }) => {
  const tokens = tokensFor(words);

  it("says which words it needs by token", () => {
    const byToken = graph.byToken(tokens);
    expect(() => edges(byToken)).toThrow(new RegExp(`lacks ${words[0]!.replace("+", "\\+")}`));
    const last = words.at(-1)!;
    expect(() => edges(byToken, { wordPositions: { ...positionsOf(words), [last]: tokens } })).toThrow(
      `${last} is said to be at position ${tokens}, but positions go from 0 to ${tokens - 1}`,
    );
    expect(() => edges(byToken, { wordPositions: { ...positionsOf(words), [last]: 1.5 } })).toThrow(/position 1.5/);
  });
});
