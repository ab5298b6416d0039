import type { Edge } from "@autocircuit/core";
import { type Connection, connectedEdges } from "../../edges/connections.ts";
import { graphOf, type HasGraph, type KnownEdgesOptions, positionsByToken } from "../../edges/known-edges.ts";
import { PYTHIA_2_8B, requireModel } from "../../edges/published-model.ts";
import { positionsOfWords } from "../../edges/word-positions.ts";

/** Words of a sports prompt whose positions the circuit names: first and last token of the name, and the last token. */
export const SPORTS_PLAYERS_WORDS = ["first_name_tok", "final_name_tok", "end"] as const;

/** Blocks whose heads join the tokens of a name. */
const JOINING_BLOCKS = 2;
/** Blocks whose MLPs look the name up. */
const LOOKUP_BLOCKS = 16;
/** The head that carries the sport to the last token, and those it hands it to. */
const EXTRACTING_HEAD = "A16.20";
const HELPING_HEADS = ["A21.9", "A22.17", "A22.15", "A17.30", "A19.24"];

/**
 * The circuit that knows the sport of an athlete in Pythia-2.8B. The first two blocks join the tokens of the name, MLPs up to block 15
 * look it up at its last token, and heads from block 16 on carry the sport to the output.
 *
 * Source: Rajamanoharan et al. 2023, "Fact Finding", part 2, "Simplifying the Circuit" (Alignment Forum), sections on token
 * concatenation, lookup and extraction; edges and positions as in AutoCircuit, which takes all edges among the first blocks because
 * names have three tokens there, not two. `corrected` changes nothing.
 *
 * @param options.wordPositions positions of first_name_tok, final_name_tok and end; needed by token
 * @throws AutocircuitError `shape` unless the graph is Pythia-2.8B's, factorised, with one input per head (`separateQkv: false`);
 *   `bad-input` for word positions that are missing or outside
 */
export function sportsPlayersEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const circuit = "sportsPlayersEdges";
  const graph = graphOf(target);
  requireModel(circuit, PYTHIA_2_8B, "shared Q, K, V", graph);
  const at = positionsOfWords(circuit, SPORTS_PLAYERS_WORDS, positionsByToken(circuit, graph, options), options);
  return connectedEdges(graph, sportsConnections(graph.config.heads, at), options.seqStart);
}

/**
 * The part of {@link sportsPlayersEdges} up to the looked-up name, with the MLPs of all blocks at its last token: what AutoCircuit's
 * experiment leaves unablated when it probes the residual stream for the sport (`sports_players_probe_true_edges`).
 *
 * @param options.wordPositions positions of first_name_tok, final_name_tok and end; needed by token
 * @throws AutocircuitError as {@link sportsPlayersEdges} does
 */
export function sportsPlayersProbeEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const circuit = "sportsPlayersProbeEdges";
  const graph = graphOf(target);
  requireModel(circuit, PYTHIA_2_8B, "shared Q, K, V", graph);
  const at = positionsOfWords(circuit, SPORTS_PLAYERS_WORDS, positionsByToken(circuit, graph, options), options);
  const { early, before, joining } = joiningParts(graph.config.heads, at);
  const final = ["Resid Start", ...joining, ...mlps(graph.config.layers)];
  const connections = [...pairs(early, early, before), ...pairs(final, final, [at.final_name_tok])];
  return connectedEdges(graph, connections, options.seqStart);
}

/** Where the words of a prompt stand. */
type Words = Record<(typeof SPORTS_PLAYERS_WORDS)[number], number>;

/** What joins the tokens of a name, and at which positions before its last. */
function joiningParts(heads: number, { first_name_tok: first, final_name_tok: last }: Words) {
  const joining = Array.from({ length: JOINING_BLOCKS * heads }, (_, i) => `A${Math.floor(i / heads)}.${i % heads}`);
  // MLP 1 is missing before the last token of the name: its output there reaches no head of the first two blocks.
  const early = ["Resid Start", "MLP 0", ...joining];
  return { joining, early, before: Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i) };
}

const mlps = (blocks: number) => Array.from({ length: blocks }, (_, block) => `MLP ${block}`);

function* sportsConnections(heads: number, at: Words): Generator<Connection> {
  const last = at.final_name_tok;
  const { early, before, joining } = joiningParts(heads, at);
  const final = ["Resid Start", ...joining, ...mlps(LOOKUP_BLOCKS)];
  yield* pairs(early, early, before);
  yield* pairs(final, [...final, EXTRACTING_HEAD], [last]);
  yield* pairs([EXTRACTING_HEAD], HELPING_HEADS, [last]);
  yield* pairs([EXTRACTING_HEAD, ...HELPING_HEADS], ["Resid End"], [at.end]);
}

function* pairs(sources: readonly string[], destinations: readonly string[], at: readonly number[]) {
  for (const source of sources) {
    for (const destination of destinations) yield [`${source}->${destination}`, at] satisfies Connection;
  }
}
