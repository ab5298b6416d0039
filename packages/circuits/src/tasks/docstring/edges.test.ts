import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { docstringEdges, docstringNodeBasedEdges } from "./edges.ts";

const graph = Graph.of({ layers: 4, heads: 8, attnOnly: true, parallel: false });
/** Positions in AutoCircuit's prompts of 41 tokens, BOS counted. */
const wordPositions = { A_def: 11, B_def: 13, ",_B": 14, C_def: 15, A_doc: 27, B_doc: 34, param_3: 40 };

describe("docstringEdges", () => {
  it("has 24 edges: 12 before the last block, 6 for each of two heads in it", () => {
    expect(docstringEdges(graph)).toHaveLength(12 + 2 * 6);
    expect(docstringEdges(graph, { corrected: true })).toHaveLength(24);
  });

  it("has 34 by token, 35 corrected", () => {
    const positions = [2, 3, 1, 1, 0, 1, 1, 2, 4, 2, 1, 2]; // of the 12, in the order of the published code
    const expected = positions.reduce((total, count) => total + count) + 2 * (1 + 1 + 1 + 1 + 1 + 2);
    const edges = docstringEdges(graph.byToken(41), { wordPositions });
    expect(edges).toHaveLength(expected);
    expect(edges).toHaveLength(34);
    expect(edges.map(String)).not.toContain("Resid Start->A2.0.K [14]");
    const corrected = docstringEdges(graph.byToken(41), { wordPositions, corrected: true }).map(String);
    expect(corrected).toHaveLength(35);
    expect(corrected).toContain("Resid Start->A2.0.K [14]");
  });
});

describe("docstringNodeBasedEdges", () => {
  /** Edges from a source of block b (-1 for the embedding) with 8 heads of so many inputs in each later block. */
  const from = (block: number, inputs: number) => (3 - block) * 8 * inputs + 1;

  it.each([
    { separateQkv: true, size: 588, tokens41: 8632, corrected: 8926 },
    { separateQkv: false, size: 204, tokens41: 2968, corrected: 3070 },
  ])("has $size edges, $tokens41 by token (separate Q, K, V: $separateQkv)", (kind) => {
    const inputs = kind.separateQkv ? 3 : 1;
    const [start, first, second, third, fourth] = [-1, 0, 1, 2, 3].map((block) => from(block, inputs)) as number[];
    const chosen = graph.with({ separateQkv: kind.separateQkv });
    expect(docstringNodeBasedEdges(chosen)).toHaveLength(kind.size);
    expect(kind.size).toBe(start! + 4 * first! + 3 * second! + 2 * third! + 2 * fourth!);
    // A0.2, A0.4 once, A0.5 thrice, A1.2 twice, A1.4, A2.0, A3.0, A3.6 once; three heads at 28 positions, B_def to param_3
    const placed = 5 * first! + 3 * second! + third! + 2 * fourth!;
    const everywhere = first! + second! + third!;
    const byToken = chosen.byToken(41);
    expect(docstringNodeBasedEdges(byToken, { wordPositions })).toHaveLength(kind.tokens41);
    expect(kind.tokens41).toBe(41 * start! + placed + 28 * everywhere);
    // Corrected, the stretch starts two positions earlier, at A_def.
    expect(docstringNodeBasedEdges(byToken, { wordPositions, corrected: true })).toHaveLength(kind.corrected);
    expect(kind.corrected).toBe(kind.tokens41 + 2 * everywhere);
  });
});
