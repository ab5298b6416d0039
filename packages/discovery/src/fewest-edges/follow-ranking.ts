import type { Graph } from "@autocircuit/core";
import type { SearchClock } from "../long-search/search-clock.ts";
import { beginning } from "./beginning.ts";
import { dropNodes } from "./drop-nodes.ts";
import { dropTogether } from "./drop-together.ts";
import { type EliminationOptions, eliminate } from "./eliminate.ts";
import type { FewestEdgesSearch } from "./fewest-edges-search.ts";
import { keptEdges } from "./kept-edges.ts";
import type { KnownSizes } from "./known-sizes.ts";
import { newRanking, type RankingSearch } from "./ranking-search.ts";
import { searchPhases } from "./search-progress.ts";
import { type PrefixSearch, smallestPrefix } from "./smallest-prefix.ts";

/** What {@link followRanking} needs. */
export interface FollowOptions {
  readonly graph: Graph;
  /** Edges, most important first. */
  readonly ranking: Uint32Array;
  /** Its sizes that were tried already; those tried now are noted there. */
  readonly known: KnownSizes;
  readonly need: number;
  readonly largestBatch: number;
  readonly count: PrefixSearch["count"];
  readonly elimination: Omit<EliminationOptions, "order">;
  readonly clock: SearchClock;
  /** Whether the time is limited, so that what takes too long is left out. */
  readonly limited: boolean;
}

/**
 * From one ranking to a circuit, in `search.present`, that keeps enough; goes on where that stands already. Leaves none where time is short
 * and the ranking much worse than another.
 */
export async function followRanking(search: FewestEdgesSearch, options: FollowOptions): Promise<void> {
  const { ranking, known, need, count, largestBatch, clock, limited, elimination, graph } = options;
  const order = ranking.toReversed();
  if (!search.present?.settled) {
    const shortest = Math.min(...search.starts.map(({ prefix }) => prefix));
    const onEnough = (prefix: number, curve: RankingSearch["curve"]) => {
      const { present } = search;
      if (present && present.prefix <= prefix) search.present = { ...present, curve };
      else search.present = newRanking(prefix, curve, beginning(ranking, prefix));
    };
    const found = await smallestPrefix({
      ...{ ranking, known, need, count, signal: clock.signal },
      // Where time is short a size that keeps enough is not to wait for larger ones.
      largestBatch: limited ? 1 : largestBatch,
      seconds: limited ? PREFIX_SHARE * clock.left : Number.POSITIVE_INFINITY,
      most: MUCH_LONGER * shortest,
      onEnough,
      onMeasured: (done, total) =>
        elimination.onProgress?.({ phase: searchPhases.sizes, done, total: Math.max(done, total), even: false }),
    });
    if (found === undefined) return;
    const { size, curve } = found;
    const mask = await startMask(ranking, size, need, count);
    search.present = { ...newRanking(size, curve, mask), settled: true };
    if (limited) {
      const started = performance.now();
      await count(mask, 1);
      const seconds = (performance.now() - started) / 1000;
      const left = keptEdges(mask);
      if ((graph.sources.length + SWEEPS * left) * FAILING * seconds > clock.left)
        search.present.together = Math.ceil(left / 4);
    }
  }
  await shrink(search.present, { ...elimination, order });
}

/** Drops what can be dropped of a ranking's circuit: many edges together where there is no time for each, whole nodes, single edges. */
export async function shrink(found: RankingSearch, options: EliminationOptions): Promise<void> {
  await dropTogether(found, options);
  await dropNodes(found, options);
  await eliminate(found.mask, options, found.sweep);
}

/** Share of a limited time that measuring a ranking's curve may take beyond the sizes that are needed. */
const PREFIX_SHARE = 0.1;
/** A ranking that needs so many times the edges of another one hardly leads to a smaller circuit. */
const MUCH_LONGER = 4;
/** Visits of all edges that elimination usually takes. */
const SWEEPS = 2;
/** What a circuit that keeps too little costs, of one that is counted to the end: it is given up early. */
const FAILING = 0.5;

/**
 * Twice as long a beginning of the ranking as needed, if that keeps enough too: edges ranked a little too low may take the place of
 * others.
 */
async function startMask(
  ranking: Uint32Array,
  size: number,
  need: number,
  count: PrefixSearch["count"],
): Promise<Float32Array> {
  const longer = beginning(ranking, 2 * size);
  const [kept = 0] = await count(longer, 1, need);
  return kept >= need ? longer : beginning(ranking, size);
}
