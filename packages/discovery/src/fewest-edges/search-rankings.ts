import { type AblationType, ablationKind, type Graph } from "@autocircuit/core";
import type { SearchClock } from "../long-search/search-clock.ts";
import { beginning } from "./beginning.ts";
import type { EliminationOptions } from "./eliminate.ts";
import type { FewestEdgesSearch } from "./fewest-edges-search.ts";
import { followRanking, shrink } from "./follow-ranking.ts";
import type { KeptAnswers } from "./kept-answers.ts";
import { newRanking } from "./ranking-search.ts";
import { type SearchProgress, searchPhases } from "./search-progress.ts";
import { shrinkAtRandom } from "./shrink-at-random.ts";
import type { PrefixSearch } from "./smallest-prefix.ts";

/** What {@link searchRankings} needs. */
interface RankingsOptions {
  readonly graph: Graph;
  readonly search: FewestEdgesSearch;
  /** All edges by each ranking, most important first. */
  readonly rankings: readonly Uint32Array[];
  readonly judge: KeptAnswers;
  readonly need: number;
  readonly largestBatch: number;
  readonly clock: SearchClock;
  readonly limited: boolean;
  readonly ablation: AblationType;
  readonly tries: number;
  readonly seed: number;
  readonly onProgress: (progress: SearchProgress) => void;
}

/** Share of what is left of a limited time for the next ranking: the first are the better ones. */
const FIRST_SHARE = 0.7;

/** Follows each ranking to a small circuit, and changes the smallest at random; what is found is in the search at any time. */
export async function searchRankings(options: RankingsOptions): Promise<void> {
  const { graph, search, rankings, judge, need, largestBatch, clock, limited, ablation, tries, seed } = options;
  const counting =
    (under: AbortSignal | undefined, least?: number): PrefixSearch["count"] =>
    async (masks, rows, atLeast = least) => {
      const kept = await judge.count(masks, rows, atLeast, under);
      search.counts.note(masks, kept, need);
      return kept;
    };
  const eliminating = (under: AbortSignal | undefined): Omit<EliminationOptions, "order"> => ({
    ...{ graph, need, largestBatch, signal: under, onProgress: options.onProgress },
    count: counting(under, need),
    // Of a node whose inputs are all resampled, the output is the corrupt run's, as if it were ablated itself.
    forward: ablationKind(ablation).values === "other-run",
  });
  const { first, present, starts } = search;
  if (first !== undefined && present === undefined && starts.length === 0) {
    // Before time is shared out: until something keeps enough on all prompts there is nothing that another ranking could better.
    const ranking = rankings[0]!;
    let tried = 0;
    const one = counting(clock.signal);
    const count: typeof one = async (...asked) => {
      const { onProgress } = options;
      // About as many as halving takes; the larger ones take longer.
      onProgress({ phase: searchPhases.sizes, done: tried, total: Math.max(++tried, SIZES), even: false });
      return one(...asked);
    };
    await sizeOnAll(first.size, { ranking, need, count, known: search.sizes[0]! }, (size) => {
      search.present = newRanking(size, [], beginning(ranking, size));
    });
  }
  while (search.starts.length < rankings.length) {
    const left = rankings.length - search.starts.length + (tries > 0 ? 1 : 0);
    // The last one has all the time that is left, and stands where that ends.
    using part = left > 1 ? clock.part(Math.max(FIRST_SHARE, 1 / left)) : null;
    const { signal: under } = part ?? clock;
    const [count, elimination] = [counting(under), eliminating(under)];
    const ranking = rankings[search.starts.length]!;
    const known = search.sizes[search.starts.length]!;
    const how = { graph, ranking, known, need, largestBatch, count, elimination, clock: part ?? clock, limited };
    const follow = () => followRanking(search, how);
    search.finish(part === null ? await follow().then(() => true) : await part.within(follow));
  }
  if (search.rest) {
    // Others needed less than their share of the time.
    await shrink(search.rest, { ...eliminating(clock.signal), order: rankings[search.bestRanking]!.toReversed() });
    search.finishRest();
  }
  if (search.mask === undefined) return;
  await shrinkAtRandom(search.mask, {
    ...{ ...eliminating(clock.signal), tries, seed, tried: search.tried },
    onCircuit: (mask) => (search.mask = mask),
  });
}

/** Sizes that are tried on all prompts, about. */
const SIZES = 6;
/** How much longer the next beginning is that is tried on all prompts. */
const LONGER = 1.5;
/** How near to each other a size that keeps enough and one that does not are at the end. */
const NEAR = 1.1;

/** From a size that keeps enough on a few prompts to one that does on all: longer until it does, then halved in between. */
async function sizeOnAll(
  size: number,
  { known, need, ...how }: Pick<PrefixSearch, "ranking" | "need" | "count" | "known">,
  onEnough: (size: number) => void,
): Promise<void> {
  const keeps = async (length: number) =>
    length === how.ranking.length || (await known.count([length], how, need))[0]! >= need;
  let [low, high] = [0, size];
  while (!(await keeps(high))) [low, high] = [high, Math.min(how.ranking.length, Math.ceil(LONGER * high))];
  onEnough(high);
  while (high - low > 1 && high > NEAR * low) {
    const between = Math.round((low + high) / 2);
    if (await keeps(between)) high = between;
    else low = between;
    if (high === between) onEnough(high);
  }
}
