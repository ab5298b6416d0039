import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, type Graph, magnitude, type ScoresInfo } from "@autocircuit/core";
import { spanPlace } from "./crossing-edges.ts";
import { CrossingScores } from "./crossing-scores.ts";
import { SpanCircuit } from "./span-circuit.ts";
import { requireNoTokens, requireOwnNames } from "./span-edges.ts";

const check = signature("SpanScores", {
  graph: coreKinds.graph,
  spans: kind.listOf(kind.text),
  values: kind.instance(Float32Array, "a Float32Array"),
  crossing: kind.optional(kind.instance(CrossingScores, "CrossingScores")),
});
const checkCrossing = signature("SpanScores.withCrossing", {
  crossing: kind.instance(CrossingScores, "CrossingScores"),
});

/** A number for each edge in each span, and, where they were scored too, for each crossing edge of the heads. */
export class SpanScores {
  readonly graph: Graph;
  readonly spans: readonly string[];
  /** Span after span, `[spans, E]`. */
  readonly values: Float32Array;
  /** Where they came from. */
  readonly info: ScoresInfo;
  /** The scores of the edges inside heads, from span to span; undefined where they were not looked at. */
  readonly crossing: CrossingScores | undefined;

  /**
   * @throws AutocircuitError `shape` for another number of values than spans times edges, `bad-input` for one that is NaN, and for crossing scores
   *   of another graph or other spans
   */
  constructor(
    graph: Graph,
    spans: readonly string[],
    values: Float32Array,
    info: ScoresInfo,
    crossing?: CrossingScores | undefined,
  ) {
    check({ graph, spans, values, crossing });
    requireNoTokens(graph);
    requireOwnNames(spans);
    const due = spans.length * graph.edgeCount;
    if (values.length !== due)
      throw new AutocircuitError(
        "shape",
        `${spans.length} spans of ${graph.edgeCount} edges have ${due} scores, not ${values.length}.`,
      );
    const broken = values.findIndex(Number.isNaN);
    if (broken >= 0)
      throw new AutocircuitError(
        "bad-input",
        `The score of edge ${graph.edge(broken % graph.edgeCount)} in the span "${spans[Math.floor(broken / graph.edgeCount)]}" is NaN.`,
      );
    this.graph = graph;
    this.spans = spans;
    this.values = values;
    this.info = info;
    this.crossing = crossing;
    if (crossing && !(crossing.graph.equals(graph) && String(crossing.edges.spans) === String(spans)))
      throw new AutocircuitError("bad-input", "The crossing scores are of another graph or other spans than these.");
  }

  /** The same with the scores of crossing edges, which {@link circuit} then chooses from too. @throws AutocircuitError as the constructor does */
  withCrossing(crossing: CrossingScores): SpanScores {
    checkCrossing({ crossing });
    return new SpanScores(this.graph, this.spans, this.values, this.info, crossing);
  }

  /** The score of an edge in a span. @throws AutocircuitError `unknown-name` */
  get(edge: string, span: string): number {
    return this.values[spanPlace(this.spans, span) * this.graph.edgeCount + this.graph.index(edge)]!;
  }

  /** How many scores there are, those of crossing edges among them. */
  get count(): number {
    return this.values.length + (this.crossing?.values.length ?? 0);
  }

  /**
   * The circuit of the scores with the largest magnitudes, edges in spans and crossing edges together; among equals those that come first. Without
   * scores of crossing edges it keeps all of these.
   *
   * @throws AutocircuitError `bad-input` for a size outside 0 to {@link count}
   */
  circuit(size: number): SpanCircuit {
    if (!(Number.isSafeInteger(size) && size >= 0 && size <= this.count))
      throw new AutocircuitError("bad-input", `A circuit over spans has 0 to ${this.count} edges here, not ${size}.`);
    const { values, crossing } = this;
    const sizes = Float64Array.from(
      [values, crossing?.values ?? []].flatMap((scores) => Array.from(scores, magnitude)),
    );
    const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, size);
    const { edgeCount } = this.graph;
    const edges = order.flatMap((place) =>
      place < values.length ? [[place % edgeCount, this.spans[Math.floor(place / edgeCount)]!] as const] : [],
    );
    const crossings = order.flatMap((place) =>
      place < values.length ? [] : [crossing!.edges.at(place - values.length)],
    );
    return new SpanCircuit(this.graph, this.spans, edges, crossing && crossings);
  }
}
