import { type KindsOf, kind } from "@autocircuit/base";
import { type AblationType, coreKinds, type PruneScores, type Rank, ranks } from "@autocircuit/core";
import { algorithmNames } from "../algorithm-named.ts";
import type { AlgorithmName } from "../algorithms.ts";
import { type RunningSearch, resumableOptions, type SearchState } from "../long-search/search-state.ts";
import type { AlgorithmAlias } from "../own-names.ts";
import { type Selection, selections } from "../selection/select-circuit.ts";

/** Options of `findCircuit`. */
export interface FindCircuitOptions {
  /**
   * Default: ACDC for graphs of up to 2,000 edges, edge attribution above; with `keep` several, and the best counts. Where {@link options}
   * are given without it, they are ACDC's.
   */
  readonly algorithm?: AlgorithmName | AlgorithmAlias | undefined;
  /** Options of the algorithm; others have defaults that suit the task. Its seed is {@link seed}. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** What ablated edges take, for the algorithm and in measuring. Default: the algorithm's, mostly `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /**
   * Edges in the circuit, a share of all edges (rounded down, at least one), or what chooses their number by the scores. Default: as many as the task's known circuit has; of ACDC, what no
   * threshold removes.
   */
  readonly size?: number | { readonly share: number } | ((scores: PruneScores) => Promise<number>) | undefined;
  /**
   * Share of the model's logit difference that the beginning of the ranking is to keep when everything else is ablated; its size follows from
   * it. See `fewestFaithful`. Default 0.9 where a circuit of the task is known, but in other graphs, and nothing else says a size.
   */
  readonly faithful?: number | undefined;
  /** Share of the right answers that the circuit is to keep; its size follows from it. Default 0.99 where nothing else says a size. */
  readonly keep?: number | undefined;
  /** With `keep`: random changes in search of a smaller circuit. Default: 20 for graphs of up to 1,000 edges, else none. */
  readonly tries?: number | undefined;
  /** With `keep`: seconds to spend, what ranks the edges included. Default: no limit; `discover`, before which somebody waits, gives 10 minutes. */
  readonly seconds?: number | undefined;
  /** How a circuit of so many edges is made of the scores; see `selectCircuit`. Not with `keep`. Default `"top"`. */
  readonly select?: Selection | undefined;
  /** What makes an edge important: the size of its score (default), or the score itself; then neither with `keep` nor with `faithful`. */
  readonly rank?: Rank | undefined;
  /** With `select: "exact"`: seconds that it may take. Default 60. */
  readonly selectSeconds?: number | undefined;
  /** Leave out of the circuit the edges that lead nowhere, see `pruneCircuit`. Default false: a note counts them. */
  readonly prune?: boolean | undefined;
  /**
   * Bytes that may be taken beside the model, which a discovery that needs more is refused by before it begins, see `discoveryMemory`. Default on
   * the CPU: what the machine has free, or a container leaves of it; on a GPU nothing is known, and nothing refused. `Infinity`: go on whatever
   * is foretold.
   */
  readonly free?: number | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each step of what runs. */
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** Called when a ranking is finished, and when a search begins that can be looked at while it runs. */
  readonly onChange?: ((soFar: FoundSoFar) => void) | undefined;
  /**
   * What an earlier run for the same task and options had found; of others it is refused. Scores that were finished are not made again, whatever the
   * algorithm; searches (that of `keep` for few edges, and those of algorithms with such an option) go on where they stood.
   */
  readonly resume?: ResumedDiscovery | undefined;
}

/** How far one of the steps is. */
export interface StepProgress {
  /** The algorithm that runs, or what the search for the fewest edges does: `fewest edges, nodes`. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
  /** Seconds from now after which it ends in any case; infinite without a limit. */
  readonly most: number;
  /** Whether steps take about equally long, so that what is left can be told from what is done. Default true. */
  readonly even?: boolean | undefined;
}

/** Scores that an algorithm gave. */
export interface Ranked {
  readonly algorithm: string;
  readonly scores: PruneScores;
  /** What it took. */
  readonly seconds: number;
}

/** What there is while a circuit is looked for. */
export interface FoundSoFar {
  /** What was asked for, to be kept beside it: see `discoveryAsked`. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly rankings: readonly Ranked[];
  /** The search that runs now, if it is one that can go on later. */
  readonly search: RunningSearch | undefined;
}

/** What an earlier run had found. */
export interface ResumedDiscovery {
  /** What it was asked for, {@link FoundSoFar.asked}: a discovery that is asked for something else is refused. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly rankings?: readonly Ranked[] | undefined;
  readonly search?: SearchState | undefined;
}

const ranked = kind.shape("a ranking", { algorithm: kind.text, scores: coreKinds.pruneScores, seconds: kind.finite });

/** What {@link FindCircuitOptions} may be. */
export const findCircuitOptions = {
  algorithm: kind.oneOf(algorithmNames),
  options: kind.record,
  ablation: coreKinds.ablationName,
  size: kind.either(kind.whole, kind.shape("{ share }, above 0, at most 1", { share: kind.share }), kind.callback),
  faithful: kind.share,
  keep: kind.share,
  tries: kind.whole,
  seconds: kind.positive,
  select: kind.oneOf(selections),
  rank: kind.oneOf(ranks),
  selectSeconds: kind.positive,
  prune: kind.flag,
  free: coreKinds.bytes,
  seed: kind.whole,
  signal: kind.signal,
  onProgress: kind.callback,
  onChange: kind.callback,
  resume: kind.shape("what an earlier run had found, such as { asked, rankings, search }", {
    asked: kind.record,
    rankings: kind.optional(kind.listOf(ranked)),
    search: kind.optional(resumableOptions.resume),
  }),
} satisfies KindsOf<FindCircuitOptions>;
