import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { ioiEdges, ioiHeadBasedEdges, ioiMlp0OnlyEdges } from "./edges.ts";
import { IOI_HEADS } from "./heads.ts";

const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
/** BOS When Mary and John went to the store, John gave a drink to */
const wordPositions = { IO: 2, S1: 4, "S1+1": 5, S2: 10, end: 14 };
const byToken = (tokens: number) => graph.byToken(tokens);
const sum = (...counts: number[]) => counts.reduce((total, count) => total + count, 0);

// The counts are made by hand from the table of paths. "MLPs a to b" are those between a path's heads: from the first block of the
// senders to the block before the receivers' last.
const HEADS_ONLY = sum(
  (2 + 3) * 3 + 4 + (2 + 3 + 8) * 2, // the embedding to previous token, duplicate token; s2 inhibition's Q; the movers' K, V
  2 * 4 * 2, // previous token to induction's K, V
  4 * 4 * 2 + 3 * 4 * 2, // induction and duplicate token to s2 inhibition's K, V
  4 * (2 + 3 + 8), // s2 inhibition to the movers' Q
  13, // the movers to the output
);
const MLP_TO_HEADS = sum(
  (2 + 4) * 3, // previous token: two MLPs before A2.2, four before A4.11
  3 * 3, // duplicate token: three before A3.0, none before block 0
  (7 * 2 + 8 * 2) * 3, // s2 inhibition
  (10 + 11) * 2 + (3 + 4), // negative: K, V from all before, Q from MLPs 7 on
  (9 + 10 + 9) * 2 + (2 + 3 + 2), // name mover
  (10 * 4 + 11 * 2 + 9 * 2) * 2 + (3 * 4 + 4 * 2 + 2 * 2), // backup name mover
  (3 * 3 + 4) * 2, // induction: MLPs 2 to 5
);
const HEADS_TO_MLP = sum(4 + 2, 3 * 3 + 2, 8 * 2 + 5, 4 * 2 + 3 * 2); // previous token, induction, duplicate token, s2 inhibition
/** Movers to the MLPs behind them, up to the last; only where MLPs lead to the output. */
const MOVERS_TO_MLP = sum(2 + 1, 3 + 3 + 2, 2 * 4 + 1 * 2 + 3 * 2);

describe("ioiEdges", () => {
  it("has 739 edges without words: no MLP leads to the output", () => {
    const edges = ioiEdges(graph);
    // 11 from the embedding to MLPs, all 55 pairs of MLPs 0 to 10
    expect(edges).toHaveLength(sum(HEADS_ONLY, 11, 55, MLP_TO_HEADS, HEADS_TO_MLP));
    expect(edges).toHaveLength(739);
    expect(edges.filter(({ name }) => /^MLP \d+->Resid End$/.test(name))).toEqual([]);
  });

  it("has 771 corrected: MLPs 9 to 11 lead to the output", () => {
    const edges = ioiEdges(graph, { corrected: true });
    expect(edges).toHaveLength(sum(739, 3, MOVERS_TO_MLP, 2)); // 2 pairs of MLPs that were missing
    expect(edges).toHaveLength(771);
    const names = edges.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["MLP 9->Resid End", "MLP 10->Resid End", "MLP 11->Resid End", "A9.9->MLP 9"]),
    );
    expect(names).not.toContain("MLP 8->Resid End");
  });

  it("has 869 by token for the 15 tokens of the usual template", () => {
    const edges = ioiEdges(byToken(15), { wordPositions });
    // embedding to MLPs at S1+1, S1, S2, end, IO; pairs of MLPs at the same words; three MLPs to the output
    const expected = sum(HEADS_ONLY, 4 + 4 + 3 + 8 + 11, 11 + 6 + 28 + 36 + 55, MLP_TO_HEADS);
    expect(edges).toHaveLength(sum(expected, HEADS_TO_MLP, MOVERS_TO_MLP, 3));
    expect(edges).toHaveLength(869);
    expect(edges.filter(({ dest }) => dest.kind === "end").every(({ token }) => token === 14)).toBe(true);
  });

  it("depends on the prompt's length unless corrected", () => {
    const short = { IO: 4, S1: 2, "S1+1": 3, S2: 7, end: 10 };
    // With `end` at 10 only MLP 9 lies in the range; of the movers' edges to MLPs those to MLP 9 are left.
    expect(ioiEdges(byToken(11), { wordPositions: short })).toHaveLength(869 - 2 - 2 - (MOVERS_TO_MLP - 4));
    expect(ioiEdges(byToken(11), { wordPositions: short, corrected: true })).toHaveLength(869);
    expect(ioiEdges(byToken(15), { wordPositions, corrected: true })).toHaveLength(869);
  });

  it("moves with the start of the graph, and leaves out what was cut off", () => {
    const whole = ioiEdges(byToken(15), { wordPositions });
    const shifted = ioiEdges(byToken(13), { wordPositions, seqStart: 2 });
    expect(shifted.map(({ name, token }) => [name, token! + 2])).toEqual(whole.map(({ name, token }) => [name, token]));
    const cut = ioiEdges(byToken(11), { wordPositions, seqStart: 4 });
    expect(cut).toHaveLength(whole.filter(({ token }) => token! >= 4).length);
  });
});

describe("ioiMlp0OnlyEdges", () => {
  it("has 242 edges, 232 corrected", () => {
    // MLP 0: from the embedding, from A0.1 and A0.10, and to every input of the circuit it reaches
    const toHeads = sum(2 * 3, 1 * 3, 4 * 3, (2 + 3 + 8) * 2);
    expect(ioiMlp0OnlyEdges(graph, { corrected: true })).toHaveLength(sum(HEADS_ONLY, 1, 2, toHeads));
    expect(ioiMlp0OnlyEdges(graph, { corrected: true })).toHaveLength(232);
    const published = ioiMlp0OnlyEdges(graph);
    expect(published).toHaveLength(232 + 10);
    expect(published.filter(({ name }) => /^MLP 0->MLP/.test(name))).toHaveLength(10);
  });

  it("has 266 by token, 236 corrected", () => {
    expect(ioiMlp0OnlyEdges(byToken(15), { wordPositions })).toHaveLength(266);
    expect(ioiMlp0OnlyEdges(byToken(15), { wordPositions, corrected: true })).toHaveLength(236);
  });
});

describe("ioiHeadBasedEdges", () => {
  const blocks = Object.values(IOI_HEADS).flatMap((heads) => heads.map(([block]) => block));
  const mlps = Array.from({ length: 12 }, (_, block) => block);
  /** Destinations after block b: its MLP for heads, everything in later blocks, the output. */
  const counts = (inputs: number) => ({
    others: 12 * (12 * inputs + 1) + 1 + sum(...mlps.map((block) => (11 - block) * (12 * inputs + 1) + 1)),
    heads: sum(...blocks.map((block) => 1 + (11 - block) * (12 * inputs + 1) + 1)),
  });

  it.each([
    { separateQkv: true, size: 6540, tokens15: 47126 },
    { separateQkv: false, size: 2340, tokens15: 16718 },
  ])("has $size edges, $tokens15 by token (separate Q, K, V: $separateQkv)", ({ separateQkv, size, tokens15 }) => {
    const kind = graph.with({ separateQkv });
    const { others, heads } = counts(separateQkv ? 3 : 1);
    expect(ioiHeadBasedEdges(kind)).toHaveLength(others + heads);
    expect(others + heads).toBe(size);
    expect(ioiHeadBasedEdges(kind.byToken(15), { wordPositions })).toHaveLength(15 * others + heads);
    expect(15 * others + heads).toBe(tokens15);
  });

  it("keeps each head at one position", () => {
    const edges = ioiHeadBasedEdges(byToken(15), { wordPositions });
    const at = (head: string) => new Set(edges.filter(({ src }) => src.name === head).map(({ token }) => token));
    expect(at("A9.9")).toEqual(new Set([14]));
    expect(at("A5.5")).toEqual(new Set([10]));
    expect(at("A4.11")).toEqual(new Set([5]));
    expect(at("A1.1")).toEqual(new Set());
  });

  it("works on nodes too", () => {
    const nodes = graph.with({ factorized: false });
    expect(ioiHeadBasedEdges(nodes)).toHaveLength(nodes.edgeCount - (144 - 26));
  });
});
