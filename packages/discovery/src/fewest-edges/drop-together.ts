import { type EliminationOptions, removeIfEnough } from "./eliminate.ts";
import { keptEdges } from "./kept-edges.ts";
import type { RankingSearch } from "./ranking-search.ts";
import { searchPhases } from "./search-progress.ts";

/**
 * Drops many edges together where there is no time to try each: a quarter of the circuit's edges at once, then an eighth, down to two, the
 * least important first, each lot if enough is still kept (delta debugging: Zeller and Hildebrandt 2002, "Simplifying and Isolating
 * Failure-Inducing Input", without its tests of the lots alone).
 *
 * @param search its circuit is changed in place, and where it stands is noted in it
 */
export async function dropTogether(search: RankingSearch, options: EliminationOptions): Promise<void> {
  const { mask } = search;
  let done = 0;
  for (; search.together > 1; search.together = Math.floor(search.together / 2)) {
    const left = options.order.filter((edge) => mask[edge] === 0);
    for (let at = 0; at < left.length; at += search.together) {
      const lot = left.subarray(at, at + search.together).filter((edge) => mask[edge] === 0);
      await removeIfEnough(mask, [...lot], options);
      done++;
      const total = done + lotsLeft(keptEdges(mask), search.together, (left.length - at) / search.together - 1);
      options.onProgress?.({ phase: searchPhases.together, done, total, even: true });
    }
  }
  search.together = 0;
}

/** Lots that are still to be tried, of so many edges each and of fewer, if the circuit stays as large as it is. */
function lotsLeft(size: number, together: number, ofThese: number): number {
  let left = Math.max(0, Math.ceil(ofThese));
  for (let lot = Math.floor(together / 2); lot > 1; lot = Math.floor(lot / 2)) left += Math.ceil(size / lot);
  return left;
}
