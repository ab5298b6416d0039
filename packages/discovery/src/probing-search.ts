import { type Graph, PruneScores } from "@autocircuit/core";
import type { AdamNumbers } from "./adam.ts";
import {
  askedOf,
  countIn,
  packed,
  type RunningSearch,
  requireSameSearch,
  type SearchState,
  unpacked,
} from "./long-search/search-state.ts";

/** The numbers that subnetwork probing trains, as they stand. */
export class ProbingSearch<Settings extends { readonly tree: boolean }> implements RunningSearch {
  /** After the last step. */
  numbers: AdamNumbers | undefined;
  readonly #graph: Graph;
  readonly #settings: Settings;
  readonly #asked: string;
  readonly #scoresOf: (numbers: Float32Array, tree: boolean) => Float32Array;

  /**
   * @param prompts keys of the batches
   * @param scoresOf what the numbers say of each edge
   */
  constructor(
    graph: Graph,
    settings: Settings,
    prompts: readonly number[],
    scoresOf: (numbers: Float32Array, tree: boolean) => Float32Array,
  ) {
    this.#graph = graph;
    this.#settings = settings;
    this.#asked = askedOf(graph, { ...settings, prompts });
    this.#scoresOf = scoresOf;
  }

  /** The numbers of an earlier run of at most so many steps. */
  goOnFrom(state: SearchState, steps: number): AdamNumbers {
    requireSameSearch(state, "subnetwork-probing", this.#asked);
    const { at } = state;
    const numbers = (name: string) => unpacked(at[name], Float32Array, this.#graph.edgeCount);
    return {
      parameter: numbers("parameter"),
      mean: numbers("mean"),
      square: numbers("square"),
      steps: countIn(at.steps, steps),
    };
  }

  state(): SearchState {
    const { parameter, mean, square, steps } = this.numbers!;
    const at = { parameter: packed(parameter), mean: packed(mean), square: packed(square), steps };
    return { algorithm: "subnetwork-probing", asked: this.#asked, at };
  }

  best(): PruneScores {
    const scores = this.#scoresOf(this.numbers!.parameter, this.#settings.tree);
    return new PruneScores(this.#graph, scores, { algorithm: "subnetwork-probing", options: { ...this.#settings } });
  }
}
