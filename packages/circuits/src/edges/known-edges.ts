import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type Edge, type Graph } from "@autocircuit/core";

/** What every known circuit takes. */
export interface KnownEdgesOptions {
  /** An edge for each position instead of one for all. Default: whether the graph is by token. */
  byToken?: boolean;
  /** Positions of named words. Circuits that name words read it; the tracr circuits name none. */
  wordPositions?: Readonly<Record<string, number>>;
  /** Position that index 0 of the graph stands for, when a shared prefix was cut off. Default 0. */
  seqStart?: number;
  /** Positions (of the whole prompt) that the circuit covers, instead of the published ones. Read by the tracr circuits. */
  positions?: readonly number[];
  /**
   * Follow what the paper describes where the published code has a slip. Default false: the set of edges that the code gives, to which
   * published results refer. Each circuit says what differs; most have no difference.
   */
  corrected?: boolean;
}

const aNumber = kind.such("a number", (value) => typeof value === "number");
const checkOptions = signature("edges of a known circuit", {}, {
  byToken: kind.flag,
  // Which positions there are depends on the graph, see below.
  wordPositions: kind.such("an object of words' positions", (value) => {
    return kind.record.accepts(value) && Object.values(value as object).every((position) => aNumber.accepts(position));
  }),
  seqStart: kind.whole,
  positions: kind.listOf(aNumber),
  corrected: kind.flag,
} satisfies KindsOf<KnownEdgesOptions>);
const checkTarget = signature("edges of a known circuit: model", {
  target: kind.either(coreKinds.graph, coreKinds.hasGraph),
});

/** A graph, or anything that has one (a `PatchableModel`). */
export type HasGraph = Graph | { readonly graph: Graph };

/** A published circuit of a compiled model: edge names, the positions it covers, and the model it belongs to. */
export interface TracrCircuit {
  /** Name used in messages. */
  name: string;
  layers: number;
  names: readonly string[];
  positions: readonly number[];
}

/**
 * Turns a published circuit of a one-head tracr model into edges of `target`'s graph.
 *
 * @throws AutocircuitError `shape` when the graph is not that of the circuit's model; `bad-input` when positions are asked of a graph
 * without a sequence length, when a by-token graph is asked for edges without positions, or when a position lies outside.
 */
export function tracrEdges(circuit: TracrCircuit, target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  checkOptions({}, options);
  const graph = graphOf(target);
  requireShape(circuit, graph);
  const tokens = positionsByToken(circuit.name, graph, options);
  if (tokens === null) return circuit.names.map((name) => graph.edge(graph.index(name)));
  const positions = shiftedPositions(circuit, tokens, options);
  return circuit.names.flatMap((name) => positions.map((position) => graph.edge(graph.index(name, position))));
}

/** The graph itself, or the one that belongs to it. */
export function graphOf(target: HasGraph): Graph {
  checkTarget({ target });
  return "graph" in target ? target.graph : target;
}

/**
 * Number of positions of the graph if the circuit is wanted by token, else null.
 *
 * @throws AutocircuitError `bad-input` when `byToken` contradicts the graph
 */
export function positionsByToken(name: string, graph: Graph, options: KnownEdgesOptions): number | null {
  checkOptions({}, options);
  const { byToken } = options;
  if (byToken === undefined || byToken === (graph.seqLen !== null)) return graph.seqLen;
  throw new AutocircuitError(
    "bad-input",
    byToken
      ? `${name}: edges by token need a graph by token, and this one is not. ` +
          "Make it with Graph.of(config, { seqLen: N }), or the model with its seqLen."
      : `${name}: the graph is by token (${graph.seqLen} positions), so edges without a position do not exist in it. ` +
          "Pass byToken: true, or use a graph that is not by token.",
  );
}

function shiftedPositions(circuit: TracrCircuit, tokens: number, options: KnownEdgesOptions): number[] {
  const start = options.seqStart ?? 0;
  return (options.positions ?? circuit.positions).map((position) => {
    const index = position - start;
    if (Number.isInteger(index) && index >= 0 && index < tokens) return index;
    throw new AutocircuitError(
      "bad-input",
      `${circuit.name}: position ${position} lies outside the graph, which covers positions ${start} to ${start + tokens - 1}. ` +
        "Pass positions (and seqStart, if a prefix was cut off) that fit.",
    );
  });
}

function requireShape(circuit: TracrCircuit, graph: Graph): void {
  const wanted = ["Resid Start", ...Array.from({ length: circuit.layers }, (_, l) => [`A${l}.0`, `MLP ${l}`]).flat()];
  const found = graph.sources.map((src) => src.name);
  const same = found.length === wanted.length && found.every((name, i) => name === wanted[i]);
  if (same && graph.factorized && graph.separateQkv) return;
  const has = `${found.length} sources (${found.slice(0, 6).join(", ")}${found.length > 6 ? ", ..." : ""})`;
  const kind = `${graph.factorized ? "factorised" : "unfactorised"}, ${graph.separateQkv ? "separate" : "shared"} Q, K, V`;
  throw new AutocircuitError(
    "shape",
    `${circuit.name}: this circuit belongs to a model of ${circuit.layers} layers with one head and an MLP each, in a factorised graph ` +
      `with separate Q, K and V. The graph given has ${has}; ${kind}. Use the task's own model.`,
  );
}
