import type { Edge, Graph } from "@autocircuit/core";
import { type Connection, connectedEdges, edgesOfHeads } from "../../edges/connections.ts";
import { graphOf, type HasGraph, type KnownEdgesOptions, positionsByToken } from "../../edges/known-edges.ts";
import { GPT2_SMALL, requireModel } from "../../edges/published-model.ts";
import { positionsOfWords } from "../../edges/word-positions.ts";
import { type HeadAt, IOI_HEADS, IOI_WORDS, type IoiRole, type IoiWord } from "./heads.ts";

/** Who passes what on to whom, and at which word the destination reads it. */
const PATHS: readonly { from: IoiRole | "input"; to: IoiRole; reads: Partial<Record<"Q" | "K" | "V", IoiWord>> }[] = [
  { from: "input", to: "previous token", reads: { Q: "S1+1", K: "S1", V: "S1" } },
  { from: "input", to: "duplicate token", reads: { Q: "S2", K: "S1", V: "S1" } },
  { from: "input", to: "s2 inhibition", reads: { Q: "end" } },
  { from: "input", to: "negative", reads: { K: "IO", V: "IO" } },
  { from: "input", to: "name mover", reads: { K: "IO", V: "IO" } },
  { from: "input", to: "backup name mover", reads: { K: "IO", V: "IO" } },
  { from: "previous token", to: "induction", reads: { K: "S1+1", V: "S1+1" } },
  { from: "induction", to: "s2 inhibition", reads: { K: "S2", V: "S2" } },
  { from: "duplicate token", to: "s2 inhibition", reads: { K: "S2", V: "S2" } },
  { from: "s2 inhibition", to: "negative", reads: { Q: "end" } },
  { from: "s2 inhibition", to: "name mover", reads: { Q: "end" } },
  { from: "s2 inhibition", to: "backup name mover", reads: { Q: "end" } },
];

/** Roles that write to the output, at the last word. */
const WRITERS: readonly IoiRole[] = ["negative", "name mover", "backup name mover"];

/** Where each role acts when whole heads are kept. */
const ACTS_AT: Record<IoiRole, IoiWord> = {
  "previous token": "S1+1",
  "duplicate token": "S2",
  induction: "S2",
  "s2 inhibition": "end",
  "name mover": "end",
  "backup name mover": "end",
  negative: "end",
};

/**
 * The circuit of indirect object identification in GPT-2 small, edge by edge. Between the heads of each connection it includes the MLPs
 * that lie between them, because the paper lets activations flow through MLPs.
 *
 * Source: Wang et al. 2022 (arXiv:2211.00593), section 3; edges as Conmy et al. 2023 (ACDC) define them, with positions and the
 * restriction to MLPs in between as in AutoCircuit.
 *
 * What `corrected` changes: for connections to the output the published code takes the *position* of `end` as the block at which the
 * MLPs stop, so that the set depends on the prompt's length, and without word positions no MLP leads to the output. Corrected, the MLPs
 * up to the last block are included, whatever the prompt.
 *
 * @param options.wordPositions positions of IO, S1, S1+1, S2 and end; needed by token
 * @throws AutocircuitError `shape` unless the graph is GPT-2 small's, factorised, with separate Q, K, V; `bad-input` for word positions
 *   that are missing or outside
 *
 * @example
 * const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
 * ioiEdges(graph).map((edge) => edge.name);
 */
export function ioiEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  return connectedIn("ioiEdges", target, options);
}

/**
 * {@link ioiEdges} without the MLPs but the first: edges that touch no MLP, and edges that touch MLP 0, by AutoCircuit's reckoning
 * the one that matters most.
 *
 * What `corrected` changes: besides what it changes there, edges between MLP 0 and a later MLP are left out. The published code keeps
 * them, although nothing follows after the later MLP.
 *
 * @throws AutocircuitError as {@link ioiEdges} does
 */
export function ioiMlp0OnlyEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  return connectedIn("ioiMlp0OnlyEdges", target, options).filter(({ src, dest }) => {
    const mlps = [src, dest].filter(({ kind }) => kind === "mlp").map(({ name }) => name === "MLP 0");
    return mlps.length === 0 || (options.corrected ? mlps.every(Boolean) : mlps.some(Boolean));
  });
}

/**
 * The circuit of indirect object identification by heads: every edge whose source is not a head, and the edges of the circuit's heads,
 * by token at the position where each head acts. This is how the paper measures its circuit, by ablating the other heads.
 *
 * Source: Wang et al. 2022 (arXiv:2211.00593), section 4; positions as in AutoCircuit. Any graph of GPT-2 small will do. `corrected`
 * changes nothing.
 *
 * @param options.wordPositions positions of S1+1, S2 and end; needed by token
 * @throws AutocircuitError `shape` for another model's graph; `bad-input` for word positions that are missing or outside
 */
export function ioiHeadBasedEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const circuit = "ioiHeadBasedEdges";
  const graph = graphOf(target);
  requireModel(circuit, GPT2_SMALL, "any", graph);
  const at = positionsOfWords(circuit, ["S1+1", "S2", "end"], positionsByToken(circuit, graph, options), options);
  const kept = new Map<string, readonly number[]>();
  for (const [role, heads] of Object.entries(IOI_HEADS)) {
    for (const head of heads) kept.set(headName(head), [at[ACTS_AT[role as IoiRole] as keyof typeof at]]);
  }
  return edgesOfHeads(graph, kept, options.seqStart);
}

function connectedIn(circuit: string, target: HasGraph, options: KnownEdgesOptions): Edge[] {
  const graph = graphOf(target);
  requireModel(circuit, GPT2_SMALL, "separate Q, K, V", graph);
  const at = positionsOfWords(circuit, IOI_WORDS, positionsByToken(circuit, graph, options), options);
  return connectedEdges(graph, ioiConnections(graph, at, options.corrected ?? false), options.seqStart);
}

function* ioiConnections(graph: Graph, at: Record<IoiWord, number>, corrected: boolean): Generator<Connection> {
  for (const { from, to, reads } of PATHS) {
    const inputs = Object.entries(reads);
    const reached = IOI_HEADS[to].flatMap((head) =>
      inputs.map(([input, word]): Destination => [`${headName(head)}.${input}`, at[word]]),
    );
    const positions = inputs.map(([, word]) => at[word]);
    yield* withMlpsBetween(from, reached, lastBlock(IOI_HEADS[to]), positions);
  }
  const stop = corrected ? graph.config.layers : at.end;
  for (const from of WRITERS) yield* withMlpsBetween(from, [["Resid End", at.end]], stop, [at.end]);
}

type Destination = readonly [name: string, position: number];

/** Every source, and every MLP in between, to every destination, and to every MLP in between at the positions read. */
function* withMlpsBetween(
  from: IoiRole | "input",
  reached: readonly Destination[],
  stop: number,
  positions: readonly number[],
): Generator<Connection> {
  const start = from === "input" ? 0 : Math.min(...IOI_HEADS[from].map(([block]) => block));
  const mlps = Array.from({ length: Math.max(0, stop - start) }, (_, i) => `MLP ${start + i}`);
  const sources = from === "input" ? ["Resid Start"] : IOI_HEADS[from].map(headName);
  const destinations = [...reached, ...mlps.flatMap((mlp) => positions.map((at): Destination => [mlp, at]))];
  for (const source of [...sources, ...mlps]) {
    for (const [destination, at] of destinations) yield [`${source}->${destination}`, [at]];
  }
}

const headName = ([block, head]: HeadAt) => `A${block}.${head}`;
const lastBlock = (heads: readonly HeadAt[]) => Math.max(...heads.map(([block]) => block));
