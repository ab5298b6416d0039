import { throwIfAborted } from "@autocircuit/core";
import type { KnownSizes } from "./known-sizes.ts";

/** How much a circuit of the first edges of a ranking keeps. */
export interface KeptAtSize {
  readonly size: number;
  /** Answers kept. */
  readonly kept: number;
}

/** What {@link smallestPrefix} needs. */
export interface PrefixSearch {
  /** Edges, most important first. */
  readonly ranking: Uint32Array;
  /** Sizes that were tried already; those tried now are noted there. */
  readonly known: KnownSizes;
  /** Answers to keep. */
  readonly need: number;
  /** Most circuits run at once. */
  readonly largestBatch: number;
  /** Answers kept by several circuits; one that falls below `atLeast` need not be counted to the end. */
  readonly count: (masks: Float32Array, count: number, atLeast?: number) => Promise<number[]>;
  readonly signal?: AbortSignal | undefined;
  /** After so many seconds, sizes beyond the first that suffices are left out of the curve, and the ranking is given up beyond {@link most}. */
  readonly seconds?: number | undefined;
  readonly most?: number | undefined;
  /** Called with each size that suffices, the smallest so far, and the curve until then. */
  readonly onEnough?: ((size: number, curve: readonly KeptAtSize[]) => void) | undefined;
  /** Called with how many sizes were measured, and about how many it will be in all. */
  readonly onMeasured?: ((done: number, total: number) => void) | undefined;
}

/** Up to this many sizes are measured for the curve. */
const curveSizes = 24;

/**
 * Looks for a short beginning of a ranking that keeps enough: sizes spread over the whole range are measured, then the
 * gap below the smallest one that suffices is bisected. What a ranking keeps need not grow with size, so a shorter
 * beginning may exist; the one that is given does suffice, and the one an edge shorter does not.
 *
 * @returns the size, and what was measured on the way, by growing size; undefined where the ranking was given up
 */
export async function smallestPrefix(search: PrefixSearch): Promise<{ size: number; curve: KeptAtSize[] } | undefined> {
  const { ranking, need, largestBatch, onEnough } = search;
  const { seconds = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY } = search;
  const started = performance.now();
  const curve: KeptAtSize[] = [];
  const sizes = spreadSizes(ranking.length);
  let measuredSizes = 0;
  const told = (more: number, rest: number) => {
    measuredSizes += more;
    search.onMeasured?.(measuredSizes, measuredSizes + Math.ceil(rest));
  };
  for (let first = 0; first < sizes.length; first += largestBatch) {
    const known = curve.some(({ kept }) => kept >= need);
    const late = performance.now() - started > 1000 * seconds;
    if (late && known) break;
    if (late && sizes[first]! > most) return undefined;
    curve.push(...(await keptAt(search, sizes.slice(first, first + largestBatch))));
    const [size, before = 0] = [curve.at(-1)!.size, curve.at(-2)?.size];
    told(curve.length - measuredSizes, sizes.length - curve.length + stepsBetween(before, size, largestBatch));
    const smallest = known ? undefined : curve.find(({ kept }) => kept >= need);
    if (smallest) onEnough?.(smallest.size, [...curve]);
  }
  const enough = curve.findIndex(({ kept }) => kept >= need);
  // The whole graph is the full model, which keeps everything; numerical noise must not say otherwise.
  let high = enough < 0 ? ranking.length : curve[enough]!.size;
  let low = enough === 0 ? high - 1 : (curve[(enough < 0 ? curve.length : enough) - 1]?.size ?? -1);
  while (high - low > 1) {
    const steps = Math.min(largestBatch, high - low - 1);
    const between = Array.from({ length: steps }, (_, i) => low + Math.round(((i + 1) * (high - low)) / (steps + 1)));
    const measured = await keptAt(search, between, need);
    const first = measured.findIndex(({ kept }) => kept >= need);
    if (first >= 0) {
      high = measured[first]!.size;
      onEnough?.(high, curve);
    }
    low = measured[(first < 0 ? measured.length : first) - 1]?.size ?? low;
    told(measured.length, stepsBetween(low, high, largestBatch));
  }
  return { size: high, curve };
}

/** Sizes that are measured until two that are next to each other are left. */
function stepsBetween(low: number, high: number, together: number): number {
  return high - low > 1 ? (together * Math.log(high - low)) / Math.log(together + 1) : 0;
}

/** About evenly spread on a logarithmic axis, from 0 to the whole graph. */
function spreadSizes(edgeCount: number): number[] {
  if (edgeCount < curveSizes) return Array.from({ length: edgeCount + 1 }, (_, size) => size);
  const sizes = Array.from({ length: curveSizes - 1 }, (_, i) => Math.round(edgeCount ** (i / (curveSizes - 2))));
  return [...new Set([0, ...sizes])];
}

async function keptAt(search: PrefixSearch, sizes: readonly number[], atLeast?: number): Promise<KeptAtSize[]> {
  const { known, largestBatch, signal } = search;
  const measured: KeptAtSize[] = [];
  for (let start = 0; start < sizes.length; start += largestBatch) {
    throwIfAborted(signal);
    const some = sizes.slice(start, start + largestBatch);
    const kept = await known.count(some, search, atLeast);
    some.forEach((size, row) => {
      measured.push({ size, kept: kept[row]! });
    });
  }
  return measured;
}
