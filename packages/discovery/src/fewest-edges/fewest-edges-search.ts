import { Circuit, type Graph, PruneScores } from "@autocircuit/core";
import {
  askedOf,
  type BestSoFar,
  countIn,
  NOTHING_SMALLER,
  packed,
  type RunningSearch,
  requireSameSearch,
  type SearchState,
  unpacked,
} from "../long-search/search-state.ts";
import { beginning } from "./beginning.ts";
import type { FirstCircuit } from "./first-circuit.ts";
import { keptEdges } from "./kept-edges.ts";
import { KnownCounts } from "./known-counts.ts";
import { KnownSizes } from "./known-sizes.ts";
import type { RankingSearch } from "./ranking-search.ts";
import type { KeptAtSize } from "./smallest-prefix.ts";

/** How far one ranking led. */
export interface FewestEdgesStart {
  /** Edges of the shortest beginning of the ranking that was found to keep enough. */
  readonly prefix: number;
  /** Edges of the smallest circuit that it led to: what elimination left, or the beginning itself where the time was over before. */
  readonly size: number;
  /** Answers kept by beginnings of the ranking, by growing size. */
  readonly curve: readonly KeptAtSize[];
}

/** The search for the fewest edges as it stands. */
export class FewestEdgesSearch implements RunningSearch {
  /** Rankings that were followed to the end, in their order. */
  readonly starts: FewestEdgesStart[] = [];
  /** What keeps enough on a few prompts; it counts until there is a circuit that does on all. */
  first: FirstCircuit | undefined;
  /** Sizes that were tried on a few prompts. */
  few = new KnownSizes();
  /** Sizes of each ranking that were tried on all prompts. */
  readonly sizes: KnownSizes[];
  readonly counts = new KnownCounts();
  /** Outputs of all prompts, and how many of these the full model gets right; undefined before it has been run on all. */
  judged: { readonly outputs: number; readonly answers: number } | undefined;
  /** The ranking that is followed now. */
  present: RankingSearch | undefined;
  /** What is left to do on {@link mask}, where its ranking's share of the time was over. */
  rest: RankingSearch | undefined;
  /** The smallest circuit of the rankings that were followed; then of the random changes. */
  mask: Float32Array | undefined;
  /** The ranking that led to it. */
  bestRanking = 0;
  /** Sizes of the circuit before each random change. */
  readonly tried: number[] = [];
  readonly #graph: Graph;
  readonly #rankings: readonly PruneScores[];
  readonly #described: Readonly<Record<string, unknown>>;
  readonly #asked: string;

  /**
   * @param described the options as they are kept with the scores
   * @param prompts keys of the batches
   */
  constructor(
    graph: Graph,
    rankings: readonly PruneScores[],
    described: Readonly<Record<string, unknown>>,
    prompts: readonly number[],
  ) {
    this.#graph = graph;
    this.#rankings = rankings;
    this.sizes = rankings.map(() => new KnownSizes());
    this.#described = described;
    this.#asked = askedOf(graph, { ...described, prompts });
  }

  /** Ends the present ranking: its circuit becomes the best if it is the smallest. A ranking without any is as good as the whole graph. */
  finish(complete: boolean): void {
    const { present } = this;
    if (present === undefined) {
      const { edgeCount } = this.#graph;
      this.starts.push({ prefix: edgeCount, size: edgeCount, curve: [] });
      return;
    }
    const { prefix, curve, mask } = present;
    const size = complete ? keptEdges(mask) : smallestOf(present);
    // A circuit that is far too large has no time for single edges.
    if (!complete && !present.settled) present.together = Math.ceil(keptEdges(mask) / 4);
    if (this.mask === undefined || size < smallestOf({ mask: this.mask, prefix: this.rest?.prefix })) {
      [this.mask, this.bestRanking] = [mask, this.starts.length];
      this.rest = complete ? undefined : present;
    }
    this.starts.push({ prefix, size, curve });
    this.present = undefined;
  }

  /** Ends what was left to do on the smallest circuit. */
  finishRest(): void {
    this.starts.splice(0, this.starts.length, ...this.led);
    this.rest = undefined;
  }

  /** How far each ranking led, the one that is followed now included. */
  get led(): FewestEdgesStart[] {
    const { present, rest, bestRanking } = this;
    const starts = this.starts.map((start, place) =>
      rest !== undefined && place === bestRanking ? { ...start, size: smallestOf(rest) } : start,
    );
    if (present === undefined) return starts;
    const { prefix, curve } = present;
    return [...starts, { prefix, size: smallestOf(present), curve }];
  }

  /**
   * The smallest circuit so far that keeps enough, and its ranking; before there is any what does on a few prompts alone (`first`), or else the
   * whole graph.
   */
  smallest(): { mask: Float32Array; from: number; first: FirstCircuit | undefined } {
    const smallest = this.#found().sort((a, b) => keptEdges(a.mask) - keptEdges(b.mask))[0];
    if (smallest !== undefined) return { ...smallest, first: undefined };
    const { first } = this;
    return { mask: first?.mask ?? new Float32Array(this.#graph.edgeCount), from: 0, first };
  }

  /** Answers that {@link smallest} keeps of all prompts; undefined where that is not known. */
  get keptBySmallest(): number | undefined {
    const { mask, first } = this.smallest();
    if (first !== undefined || this.judged === undefined) return undefined;
    return keptEdges(mask) === this.#graph.edgeCount ? this.judged.answers : this.counts.of(mask);
  }

  /** Circuits that keep enough on all prompts, with their rankings. */
  #found(): { mask: Float32Array; from: number }[] {
    const { present, rest, mask, bestRanking, starts } = this;
    const found = mask === undefined ? [] : [{ mask, from: bestRanking }];
    if (rest !== undefined) found.push({ mask: this.#beginning(rest, bestRanking), from: bestRanking });
    if (present !== undefined) {
      found.push({ mask: present.mask, from: starts.length });
      found.push({ mask: this.#beginning(present, starts.length), from: starts.length });
    }
    return found;
  }

  /** The shortest beginning of a ranking that keeps enough, where elimination began with more; else its circuit. */
  #beginning({ prefix, mask }: RankingSearch, place: number): Float32Array {
    if (prefix >= keptEdges(mask)) return mask;
    return beginning(
      Uint32Array.from(this.#rankings[place]!.top(prefix), ({ index }) => index),
      prefix,
      mask.length,
    );
  }

  goOnFrom(state: SearchState): void {
    requireSameSearch(state, "fewest-edges", this.#asked);
    const { at } = state as { at: { [Key in keyof StoredSearch]?: unknown } };
    const { edgeCount } = this.#graph;
    for (const start of listOf(at.starts) as FewestEdgesStart[]) {
      const prefix = countIn(start.prefix, edgeCount);
      this.starts.push({ prefix, size: countIn(start.size, edgeCount), curve: curveOf(start.curve, edgeCount) });
    }
    this.bestRanking = countIn(at.best, Math.max(0, this.#rankings.length - 1));
    this.tried.push(...listOf(at.tried).map((size) => countIn(size, edgeCount)));
    this.few = new KnownSizes(at.few, edgeCount);
    listOf(at.sizes).forEach((sizes, i) => {
      if (i < this.sizes.length) this.sizes[i] = new KnownSizes(sizes, edgeCount);
    });
    this.counts.goOnFrom(at.counts);
    this.judged = judgedOf(at.judged);
    this.present = this.#ranking(at.present);
    this.rest = this.#ranking(at.rest);
    this.mask = this.rest?.mask ?? (at.mask === null ? undefined : maskOf(at.mask, edgeCount));
  }

  #ranking(value: unknown): RankingSearch | undefined {
    if (value === null) return undefined;
    const { edgeCount, sources } = this.#graph;
    const stored = value as { [Key in keyof StoredRanking]?: unknown };
    return {
      prefix: countIn(stored.prefix, edgeCount),
      curve: curveOf(stored.curve, edgeCount),
      mask: maskOf(stored.mask, edgeCount),
      settled: stored.settled === true,
      together: countIn(stored.together, edgeCount),
      nodes: countIn(stored.nodes, sources.length),
      sweep: {
        before: stored.before === null ? undefined : countIn(stored.before, edgeCount),
        visited: unpacked(stored.visited, Uint8Array, edgeCount),
      },
    };
  }

  state(): SearchState {
    const { starts, present, rest, mask, bestRanking, tried } = this;
    const at: StoredSearch = {
      ...{ starts, best: bestRanking, tried, mask: mask === undefined ? null : bits(mask) },
      ...{ present: present ? stored(present) : null, rest: rest ? stored(rest) : null },
      ...{ few: this.few.all, sizes: this.sizes.map(({ all }) => all) },
      judged: this.judged ?? null,
      counts: this.counts.entriesOf(this.#found().map((found) => found.mask)),
    };
    return { algorithm: "fewest-edges", asked: this.#asked, at: { ...at } };
  }

  /**
   * The scores of the ranking that the smallest circuit comes from, 0 outside it: `scores.circuit(size)` is the circuit. What is lost
   * without each edge is known only at the end.
   */
  get scores(): PruneScores {
    const { mask, from, first } = this.smallest();
    const ranked = this.#rankings[from]!.values;
    const least = ranked.reduce((low, value) => (value === 0 ? low : Math.min(low, Math.abs(value))), 1);
    const inside = (value: number) => (value === 0 || value === Number.NEGATIVE_INFINITY ? least : value);
    const scores = Float32Array.from(mask, (outside, edge) => (outside ? 0 : inside(ranked[edge]!)));
    const options = { ...this.#described, unfinished: true, ...(first && { promptCount: first.promptCount }) };
    return new PruneScores(this.#graph, scores, { algorithm: "fewest-edges", options });
  }

  best(): BestSoFar {
    const { mask, first } = this.smallest();
    const circuit = Circuit.where(this.#graph, (edge) => mask[edge] === 0);
    const { edgeCount } = this.#graph;
    const few = first ? ` on the first ${first.promptCount} prompts, not yet on all` : "";
    const text = `the best circuit so far has ${circuit.size} of ${edgeCount} edges and keeps enough${few}`;
    return { scores: this.scores, circuit, text: circuit.size === edgeCount ? NOTHING_SMALLER : text };
  }
}

/** Edges of the smallest circuit of a ranking: elimination begins with more than the shortest beginning, and may not have come below it. */
function smallestOf({
  mask,
  prefix = mask.length,
}: Pick<RankingSearch, "mask"> & { readonly prefix?: number | undefined }): number {
  return Math.min(prefix, keptEdges(mask));
}

/** {@link SearchState.at} of this search. */
interface StoredSearch {
  readonly starts: readonly FewestEdgesStart[];
  readonly best: number;
  readonly tried: readonly number[];
  readonly mask: string | null;
  readonly present: StoredRanking | null;
  readonly rest: StoredRanking | null;
  readonly judged: { readonly outputs: number; readonly answers: number } | null;
  readonly few: KnownSizes["all"];
  readonly sizes: readonly KnownSizes["all"][];
  readonly counts: ReturnType<KnownCounts["entriesOf"]>;
}

interface StoredRanking extends Omit<RankingSearch, "mask" | "sweep"> {
  readonly mask: string;
  readonly before: number | null;
  readonly visited: string;
}

function stored({ mask, sweep, ...rest }: RankingSearch): StoredRanking {
  return { ...rest, mask: bits(mask), before: sweep.before ?? null, visited: packed(sweep.visited) };
}

function bits(mask: Float32Array): string {
  return packed(Uint8Array.from(mask));
}

function maskOf(text: unknown, edgeCount: number): Float32Array {
  return Float32Array.from(unpacked(text, Uint8Array, edgeCount), (bit) => (bit ? 1 : 0));
}

function judgedOf(value: unknown): FewestEdgesSearch["judged"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { outputs, answers } = value as { outputs?: unknown; answers?: unknown };
  const most = countIn(outputs, Number.MAX_SAFE_INTEGER);
  return { outputs: most, answers: countIn(answers, most) };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function curveOf(value: unknown, edgeCount: number): KeptAtSize[] {
  return (listOf(value) as KeptAtSize[]).map((point) => ({
    size: countIn(point.size, edgeCount),
    kept: countIn(point.kept, Number.MAX_SAFE_INTEGER),
  }));
}
