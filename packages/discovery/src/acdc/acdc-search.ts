import { type Graph, PruneScores } from "@autocircuit/core";
import {
  askedOf,
  type BestSoFar,
  NOTHING_SMALLER,
  packed,
  type RunningSearch,
  requireSameSearch,
  type SearchState,
  unpacked,
} from "../long-search/search-state.ts";
import type { AcdcDecision } from "./acdc-decision.ts";
import { type DecisionRule, DecisionTrace } from "./decision-trace.ts";

/** What ACDC decides on. */
export interface AcdcSearchOptions {
  readonly graph: Graph;
  /** The order of visit. */
  readonly order: Uint32Array;
  /** Thresholds, the largest first. */
  readonly taus: readonly number[];
  /** The options as they are kept with the scores. */
  readonly described: Readonly<Record<string, unknown>>;
  /** Keys of the batches. */
  readonly prompts: readonly number[];
  readonly decide?: ((decision: AcdcDecision) => boolean) | undefined;
}

/** The decisions of ACDC at all thresholds so far. */
export class AcdcSearch implements RunningSearch {
  readonly #options: AcdcSearchOptions;
  readonly #rule: DecisionRule | undefined;
  /** By threshold, in their order. */
  readonly #traces: DecisionTrace[] = [];

  constructor(options: AcdcSearchOptions) {
    const { order, decide } = options;
    this.#options = options;
    this.#rule = decide && ((position, increase, tau) => decide({ edge: order[position]!, increase, tau }));
  }

  /** The decisions at a threshold, those taken in an earlier run included, and those at larger thresholds. */
  begin(tau: number): { trace: DecisionTrace; earlier: readonly DecisionTrace[] } {
    const place = this.#options.taus.indexOf(tau);
    this.#traces[place] ??= new DecisionTrace(this.#options.order.length, this.#rule);
    return { trace: this.#traces[place], earlier: this.#traces.slice(0, place) };
  }

  /** Takes the decisions of an earlier run again, from the divergences that it saw. */
  goOnFrom(state: SearchState): void {
    requireSameSearch(state, "acdc", this.#asked);
    const seen = Array.isArray(state.at.divergences) ? state.at.divergences : [];
    for (const [place, text] of seen.slice(0, this.#options.taus.length).entries()) {
      const tau = this.#options.taus[place]!;
      const { trace } = this.begin(tau);
      const divergences = unpacked(text, Float64Array);
      for (const divergence of divergences.subarray(0, trace.removed.length)) trace.decide(divergence, tau);
    }
  }

  state(): SearchState {
    const divergences = this.#traces.map(({ divergence, length }) => packed(divergence.subarray(0, length)));
    return { algorithm: "acdc", asked: this.#asked, at: { divergences } };
  }

  /** The smallest threshold that removes each edge. An edge that none was tried on stays. */
  get scores(): PruneScores {
    const { graph, order, taus, described } = this.#options;
    const values = new Float32Array(graph.edgeCount).fill(Number.POSITIVE_INFINITY);
    for (const [place, { removed }] of this.#traces.entries()) {
      order.forEach((edge, position) => {
        if (removed[position] === 1) values[edge] = taus[place]!;
      });
    }
    return new PruneScores(graph, values, { algorithm: "acdc", options: described });
  }

  best(): BestSoFar {
    const { scores } = this;
    const circuit = scores.circuitAt(Number.POSITIVE_INFINITY);
    const { edgeCount } = scores.graph;
    const left = `${circuit.size} of ${edgeCount} edges are left: no threshold removed them, or none was tried yet`;
    return { scores, circuit, text: circuit.size === edgeCount ? NOTHING_SMALLER : left };
  }

  get #asked(): string {
    const { graph, described, prompts } = this.#options;
    return askedOf(graph, { ...described, prompts });
  }
}
