import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, type EdgeRef, type Graph } from "@autocircuit/core";
import { type CrossingEdge, CrossingEdges, spanPlace } from "./crossing-edges.ts";
import { forEachToken, requireNoTokens, requireOwnNames } from "./span-edges.ts";

const check = signature("SpanCircuit", {
  graph: coreKinds.graph,
  spans: kind.listOf(kind.text),
  edges: kind.iterable,
  crossing: kind.optional(kind.iterable),
});

/** An edge in one span. */
export type SpanEdge = readonly [edge: EdgeRef, span: string];

/**
 * A circuit over spans: edges that are each in it at the tokens of some spans, and edges inside heads that cross from span to span. A crossing
 * edge that it cuts takes the ablated query, key or value at its pairs of tokens.
 *
 * @example
 * const edges = [["Resid Start->A0.1.V", "subject"], ["A0.1->Resid End", "last"]] as const;
 * new SpanCircuit(graph, ["subject", "last"], edges); // within heads everything is kept
 * new SpanCircuit(graph, ["subject", "last"], edges, [["A0.1.V", "subject", "last"]]); // of heads' inner edges this one alone
 */
export class SpanCircuit {
  readonly graph: Graph;
  readonly spans: readonly string[];
  /** 1 for what is in it, span after span: `[spans, E]`. */
  readonly members: Uint8Array;
  /** 1 for each crossing edge that is in it, as {@link CrossingEdges} numbers them; null where all are kept. */
  readonly crossing: Uint8Array | null;

  /**
   * @param graph not by token
   * @param crossing the crossing edges that it keeps; by default all
   * @throws AutocircuitError `unknown-name` for a span or an edge that there is not; `bad-input` for a graph by token, and a span that is there twice
   */
  constructor(
    graph: Graph,
    spans: readonly string[],
    edges: Iterable<SpanEdge>,
    crossing?: Iterable<CrossingEdge> | undefined,
  ) {
    check({ graph, spans, edges, crossing });
    requireNoTokens(graph);
    requireOwnNames(spans);
    this.graph = graph;
    this.spans = spans;
    this.members = new Uint8Array(spans.length * graph.edgeCount);
    for (const pair of edges) {
      if (!Array.isArray(pair))
        throw new AutocircuitError("bad-input", "The edges of a circuit over spans are pairs: [edge, span].");
      const [edge, span] = pair as unknown as SpanEdge;
      this.members[spanPlace(spans, span) * graph.edgeCount + graph.index(edge)] = 1;
    }
    this.crossing = crossing ? crossingMembers(new CrossingEdges(graph, spans), crossing) : null;
  }

  /** Edges in all spans together, and crossing edges where it may cut some. */
  get size(): number {
    const count = (members: Uint8Array) => members.reduce((sum, member) => sum + member, 0);
    return count(this.members) + (this.crossing ? count(this.crossing) : 0);
  }

  /** The crossing edges that are in it, by name; none where it keeps all. */
  *crossingEdges(): IterableIterator<CrossingEdge> {
    const all = new CrossingEdges(this.graph, this.spans);
    for (const [place, member] of this.crossing?.entries() ?? []) if (member) yield all.at(place);
  }

  /** The edges with their spans, by name. */
  *[Symbol.iterator](): IterableIterator<[edge: string, span: string]> {
    const { edgeCount } = this.graph;
    for (const [place, member] of this.members.entries())
      if (member) yield [this.graph.edge(place % edgeCount).name, this.spans[Math.floor(place / edgeCount)]!];
  }

  /**
   * What is ablated in a prompt: 0 for edges of the circuit, 1 for the others, in a graph by token.
   *
   * @param byToken the circuit's graph by token, as many as the prompt has
   * @param tokens the span of each token; see {@link PromptSpans.ofTokens}
   * @throws AutocircuitError `shape` for another graph
   */
  complement(byToken: Graph, tokens: Uint16Array): Float32Array {
    if (byToken.seqLen !== tokens.length || byToken.edgeCount !== tokens.length * this.graph.edgeCount)
      throw new AutocircuitError(
        "shape",
        `The spans are of ${tokens.length} tokens: the graph must be the circuit's by that many, with ${tokens.length * this.graph.edgeCount} edges. ` +
          `It has ${byToken.seqLen ?? "no"} positions and ${byToken.edgeCount} edges.`,
      );
    const mask = new Float32Array(byToken.edgeCount);
    const { edgeCount } = this.graph;
    forEachToken(byToken, this.graph, (cell, token, edge) => {
      mask[cell] = 1 - this.members[tokens[token]! * edgeCount + edge]!;
    });
    return mask;
  }
}

function crossingMembers(all: CrossingEdges, edges: Iterable<CrossingEdge>): Uint8Array {
  const members = new Uint8Array(all.count);
  for (const edge of edges) {
    if (!(Array.isArray(edge) && edge.length === 3 && edge.every((name) => typeof name === "string")))
      throw new AutocircuitError(
        "bad-input",
        'Crossing edges are [input, from, to]: an input of a head, as "A0.1.K", and two spans.',
      );
    members[all.index(edge)] = 1;
  }
  return members;
}
