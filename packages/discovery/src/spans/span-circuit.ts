import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, type EdgeRef, type Graph } from "@autocircuit/core";
import { forEachToken, requireNoTokens, requireOwnNames } from "./span-edges.ts";

const check = signature("SpanCircuit", {
  graph: coreKinds.graph,
  spans: kind.listOf(kind.text),
  edges: kind.iterable,
});

/** An edge in one span. */
export type SpanEdge = readonly [edge: EdgeRef, span: string];

/** A circuit over spans: edges that are each in it at the tokens of some spans. */
export class SpanCircuit {
  readonly graph: Graph;
  readonly spans: readonly string[];
  /** 1 for what is in it, span after span: `[spans, E]`. */
  readonly members: Uint8Array;

  /**
   * @param graph without token positions
   * @throws AutocircuitError `unknown-name` for a span or an edge that there is not; `bad-input` for a graph by token, and a span that is there twice
   */
  constructor(graph: Graph, spans: readonly string[], edges: Iterable<SpanEdge>) {
    check({ graph, spans, edges });
    requireNoTokens(graph);
    requireOwnNames(spans);
    this.graph = graph;
    this.spans = spans;
    this.members = new Uint8Array(spans.length * graph.edgeCount);
    for (const pair of edges) {
      if (!Array.isArray(pair))
        throw new AutocircuitError("bad-input", "The edges of a circuit over spans are pairs: [edge, span].");
      const [edge, span] = pair as unknown as SpanEdge;
      const place = spans.indexOf(span);
      if (place < 0)
        throw new AutocircuitError("unknown-name", `There is no span "${span}". There are: ${spans.join(", ")}.`);
      this.members[place * graph.edgeCount + graph.index(edge)] = 1;
    }
  }

  /** Edges in all spans together. */
  get size(): number {
    return this.members.reduce((sum, member) => sum + member, 0);
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
    if (byToken.tokens !== tokens.length || byToken.edgeCount !== tokens.length * this.graph.edgeCount)
      throw new AutocircuitError(
        "shape",
        `The spans are of ${tokens.length} tokens: the graph must be the circuit's by that many, with ${tokens.length * this.graph.edgeCount} edges. ` +
          `It has ${byToken.tokens ?? "no"} positions and ${byToken.edgeCount} edges.`,
      );
    const mask = new Float32Array(byToken.edgeCount);
    const { edgeCount } = this.graph;
    forEachToken(byToken, this.graph, (cell, token, edge) => {
      mask[cell] = 1 - this.members[tokens[token]! * edgeCount + edge]!;
    });
    return mask;
  }
}
