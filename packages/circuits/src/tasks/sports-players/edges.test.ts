import { Graph } from "@autocircuit/core";
import { expect, it } from "vitest";
import { sportsPlayersEdges, sportsPlayersProbeEdges } from "./edges.ts";

const config = { layers: 32, heads: 32, attnOnly: false, parallel: true };
const graph = Graph.of(config, { separateQkv: false });
const wordPositions = { first_name_tok: 13, final_name_tok: 15, end: 19 };

/** Joining a name: the embedding to 64 heads and MLP 0, block 0 to the heads of block 1. In a parallel block no head feeds its MLP. */
const JOIN = 64 + 1 + 32 * 32 + 32;
/** Looking it up: the embedding to MLPs 1 to 15, heads of blocks 0 and 1 to later MLPs, pairs of MLPs. */
const LOOK_UP = 15 + 32 * 15 + 32 * 14 + (16 * 15) / 2;
/** Carrying the sport: all of these to A16.20, that to five heads. */
const EXTRACT = 1 + 64 + 16 + 5;

it("has 2276 edges", () => {
  expect(sportsPlayersEdges(graph)).toHaveLength(JOIN + LOOK_UP + EXTRACT + 6);
  expect(sportsPlayersEdges(graph)).toHaveLength(2276);
});

it("has 4518 by token for names of three tokens", () => {
  const edges = sportsPlayersEdges(graph.byToken(20), { wordPositions });
  expect(edges).toHaveLength(3 * JOIN + LOOK_UP + EXTRACT + 6);
  expect(edges).toHaveLength(4518);
  expect(new Set(edges.map(({ token }) => token))).toEqual(new Set([13, 14, 15, 19]));
});

it("up to the probe: no extraction, and MLPs of all blocks at the last token of the name", () => {
  // The embedding to 64 heads and 32 MLPs, block 0 to block 1's heads and to later MLPs, heads of block 1 to 30 MLPs, pairs of MLPs. In a
  // parallel block no head feeds its MLP.
  const final = 64 + 32 + 32 * (32 + 31) + 32 + 32 * 30 + (32 * 31) / 2;
  // Without positions both parts are one circuit, and the early edges are among the final ones.
  expect(sportsPlayersProbeEdges(graph)).toHaveLength(final);
  expect(final).toBe(3600);
  const edges = sportsPlayersProbeEdges(graph.byToken(20), { wordPositions });
  expect(edges).toHaveLength(2 * JOIN + final);
  expect(edges).toHaveLength(5842);
  expect(new Set(edges.map(({ token }) => token))).toEqual(new Set([13, 14, 15]));
  const names = new Set(edges.filter(({ token }) => token === 15).map(({ name }) => name));
  expect(names.has("MLP 30->MLP 31")).toBe(true);
  expect(names.has("MLP 31->Resid End")).toBe(false);
});

it("need one input per head", () => {
  expect(() => sportsPlayersEdges(Graph.of(config))).toThrow(/separate Q, K, V\. Make it with `separateQkv: false`\.$/);
  expect(() => sportsPlayersProbeEdges(Graph.of(config))).toThrow(/sportsPlayersProbeEdges.*separateQkv: false/);
});
