import type { Graph, PruneScores } from "@autocircuit/core";
import {
  askedOf,
  type BestSoFar,
  countIn,
  packed,
  type RunningSearch,
  requireSameSearch,
  type SearchState,
  unpacked,
} from "../long-search/search-state.ts";
import type { AdamNumbers } from "./adam.ts";
import type { TrainingHistory } from "./trained-scores.ts";

/** Where training stands. */
export interface TrainingState {
  readonly adam: AdamNumbers;
  readonly history: TrainingHistory;
}

/** What a search that trains is asked for. */
export interface TrainedSearch {
  readonly algorithm: string;
  readonly graph: Graph;
  /** How many numbers are trained. Default one for each edge. */
  readonly parameters?: number;
  /** All that its result depends on, as JSON can hold it. */
  readonly asked: object;
  readonly scoresOf: (state: TrainingState) => PruneScores;
}

/** The numbers that training of masks has come to, as a search that can be stopped and go on. */
export class TrainingSearch implements RunningSearch {
  /** After the last step. */
  reached: TrainingState | undefined;
  readonly #search: TrainedSearch;
  readonly #asked: string;

  constructor(search: TrainedSearch) {
    this.#search = search;
    this.#asked = askedOf(search.graph, search.asked);
  }

  /** The state of an earlier run of at most so many steps. @throws AutocircuitError `bad-input` for that of another search */
  goOnFrom(state: SearchState, steps: number): TrainingState {
    const { algorithm, graph, parameters = graph.edgeCount } = this.#search;
    requireSameSearch(state, algorithm, this.#asked);
    const { at } = state;
    const done = countIn(at.steps, steps);
    const numbers = (name: string) => unpacked(at[name], Float64Array, parameters);
    const past = (name: string) => Array.from(unpacked(at[name], Float64Array, done));
    const [target, size] = [past("target"), past("size")];
    const loss = target.map((part, i) => part + size[i]!);
    const means = at.validation === undefined ? undefined : past("validation");
    const deviations = means && past("deviations");
    return {
      adam: { parameter: numbers("parameter"), mean: numbers("mean"), square: numbers("square"), steps: done },
      history: {
        ...{ loss, target, size },
        ...(means && { validation: means.map((mean, i) => ({ mean, deviation: deviations![i]! })) }),
      },
    };
  }

  state(): SearchState {
    const { adam, history } = this.reached!;
    const past = (values: readonly number[]) => packed(Float64Array.from(values));
    return {
      ...{ algorithm: this.#search.algorithm, asked: this.#asked },
      at: {
        ...{
          parameter: packed(adam.parameter),
          mean: packed(adam.mean),
          square: packed(adam.square),
          steps: adam.steps,
        },
        ...{ target: past(history.target), size: past(history.size) },
        ...(history.validation && {
          validation: past(history.validation.map(({ mean }) => mean)),
          deviations: past(history.validation.map(({ deviation }) => deviation)),
        }),
      },
    };
  }

  best(): BestSoFar {
    return { scores: this.#search.scoresOf(this.reached!), circuit: null, text: "scores as trained so far" };
  }

  /** Notes where training stands, and tells of the search as soon as it stands anywhere. */
  tellingOf(onSearch: (search: RunningSearch) => void): (state: TrainingState) => void {
    return (state) => {
      const first = this.reached === undefined;
      this.reached = state;
      if (first) onSearch(this);
    };
  }
}
