import type { Edge } from "@autocircuit/core";
import { type Connection, connectedEdges } from "../../edges/connections.ts";
import { graphOf, type HasGraph, type KnownEdgesOptions, positionsByToken } from "../../edges/known-edges.ts";
import { GPT2_SMALL, requireModel } from "../../edges/published-model.ts";

/** Nodes of the circuit by their part in it. */
const NODES = {
  earlyHeads: ["A0.3", "A0.5"],
  firstHead: ["A0.1"],
  earlyMlps: ["MLP 0", "MLP 1", "MLP 2", "MLP 3"],
  middleHeads: ["A5.5", "A6.1", "A6.9", "A7.10", "A8.11", "A9.1"],
  lateMlps: ["MLP 8", "MLP 9", "MLP 10", "MLP 11"],
} as const satisfies Record<string, readonly string[]>;

type Group = keyof typeof NODES;

/** Groups whose every node feeds every later node of the other. */
const CONNECTED: readonly (readonly [Group, Group])[] = [
  ["firstHead", "earlyMlps"],
  ["firstHead", "middleHeads"],
  ["earlyHeads", "middleHeads"],
  ["earlyMlps", "earlyMlps"],
  ["earlyMlps", "middleHeads"],
  ["middleHeads", "lateMlps"],
  ["lateMlps", "lateMlps"],
];

/** Groups that read the embedding, and groups that write to the output. */
const READERS: readonly Group[] = ["earlyHeads", "firstHead", "earlyMlps"];
const WRITERS: readonly Group[] = ["middleHeads", "lateMlps"];

/**
 * The circuit of greater-than in GPT-2 small ("The war lasted from the year 1732 to the year 17" is followed by more than 32).
 *
 * Source: Hanna et al. 2023, "How does GPT-2 compute greater-than?" (arXiv:2305.00586), section 3 and figure 7; edges as Conmy et al.
 * 2023 (ACDC) define them. The paper leaves the queries of the middle heads whole; of the many edges this means, the circuit takes those
 * from MLPs, and the MLPs before block 9 among each other. Positions are not part of it: by token every edge is taken at every
 * position. `corrected` changes nothing.
 *
 * @throws AutocircuitError `shape` unless the graph is GPT-2 small's, factorised, with separate Q, K, V
 */
export function greaterthanEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const graph = graphOf(target);
  requireModel("greaterthanEdges", GPT2_SMALL, "separate Q, K, V", graph);
  positionsByToken("greaterthanEdges", graph, options);
  return connectedEdges(graph, greaterthanConnections());
}

/** All pairs by the rules; pairs in the wrong order have no edge and drop out. */
function* greaterthanConnections(): Generator<Connection> {
  for (const group of READERS) yield* pairs(["Resid Start"], NODES[group].flatMap(inputs));
  for (const group of WRITERS) yield* pairs(NODES[group], ["Resid End"]);
  for (const [from, to] of CONNECTED) yield* pairs(NODES[from], NODES[to].flatMap(inputs));
  const blocks = NODES.middleHeads.map((head) => Number(/\d+/.exec(head)![0]));
  const mlpsBefore = (block: number) => Array.from({ length: block }, (_, i) => `MLP ${i}`);
  const mlps = mlpsBefore(Math.max(...blocks));
  yield* pairs(mlps, mlps);
  for (const [i, head] of NODES.middleHeads.entries()) yield* pairs(mlpsBefore(blocks[i]!), [`${head}.Q`]);
}

function* pairs(sources: readonly string[], destinations: readonly string[]): Generator<Connection> {
  for (const source of sources) for (const destination of destinations) yield [`${source}->${destination}`, null];
}

const inputs = (node: string) => (node.startsWith("A") ? ["Q", "K", "V"].map((input) => `${node}.${input}`) : [node]);
