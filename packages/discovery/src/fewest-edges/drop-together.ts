import { circuitSize } from "./circuit-size.ts";
import { type EliminationOptions, removeIfEnough } from "./eliminate.ts";
import type { RankingSearch } from "./ranking-search.ts";

/**
 * Drops many edges together where there is no time to try each: a quarter of the circuit's edges at once, then an eighth, down to two, the
 * least important first, each lot if enough is still kept (delta debugging: Zeller and Hildebrandt 2002, "Simplifying and Isolating
 * Failure-Inducing Input", without its tests of the lots alone).
 *
 * @param search its circuit is changed in place, and where it stands is noted in it
 */
export async function dropTogether(search: RankingSearch, options: EliminationOptions): Promise<void> {
  const { mask } = search;
  for (; search.together > 1; search.together = Math.floor(search.together / 2)) {
    const left = options.order.filter((edge) => mask[edge] === 0);
    for (let at = 0; at < left.length; at += search.together) {
      const lot = left.subarray(at, at + search.together).filter((edge) => mask[edge] === 0);
      await removeIfEnough(mask, [...lot], options);
      options.onSize?.(circuitSize(mask));
    }
  }
  search.together = 0;
}
