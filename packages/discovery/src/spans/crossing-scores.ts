import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, type Graph, type ScoresInfo } from "@autocircuit/core";
import { type CrossingEdge, CrossingEdges } from "./crossing-edges.ts";
import { requireNoTokens, requireOwnNames } from "./span-edges.ts";

const check = signature("CrossingScores", {
  graph: coreKinds.graph,
  spans: kind.listOf(kind.text),
  values: kind.instance(Float32Array, "a Float32Array"),
});

/** A number for each crossing edge of a graph's heads; see {@link CrossingEdge}. */
export class CrossingScores {
  readonly graph: Graph;
  readonly edges: CrossingEdges;
  /** `[blocks, heads, 3, spans, spans]`: of queries, keys and values, from a span to a span. */
  readonly values: Float32Array;
  /** Where they came from. */
  readonly info: ScoresInfo;

  /** @throws AutocircuitError `shape` for another number of values than there are crossing edges, `bad-input` for one that is NaN */
  constructor(graph: Graph, spans: readonly string[], values: Float32Array, info: ScoresInfo) {
    check({ graph, spans, values });
    requireNoTokens(graph);
    requireOwnNames(spans);
    this.graph = graph;
    this.edges = new CrossingEdges(graph, spans);
    this.values = values;
    this.info = info;
    const { count } = this.edges;
    if (values.length !== count)
      throw new AutocircuitError(
        "shape",
        `The heads have ${count} crossing edges over ${spans.length} spans, not ${values.length}.`,
      );
    const broken = values.findIndex(Number.isNaN);
    if (broken < 0) return;
    const [input, from, to] = this.edges.at(broken);
    throw new AutocircuitError("bad-input", `The score of ${input} from "${from}" to "${to}" is NaN.`);
  }

  /** The score of an edge. @throws AutocircuitError `unknown-name` */
  get(...edge: CrossingEdge): number {
    return this.values[this.edges.index(edge)]!;
  }
}
