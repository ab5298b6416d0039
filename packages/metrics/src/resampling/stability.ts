import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { type Rank, ranks } from "@autocircuit/core";
import type { Bootstrap } from "./bootstrap.ts";
import { fewestPrompts } from "./distinct-draws.ts";
import { meanJaccard } from "./mean-jaccard.ts";
import { magnitudes, topEdges } from "./top-edges.ts";

/** From this mean Jaccard index on a circuit's size counts as stable. */
export const stableFrom = 0.8;

const checkJaccard = signature("jaccardText", {
  jaccard: kind.such("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
});

/** A mean Jaccard index in two digits, or in as many more as tell whether it is at least {@link stableFrom}. */
export function jaccardText(jaccard: number): string {
  checkJaccard({ jaccard });
  let digits = 2;
  while (Number(jaccard.toFixed(digits)) >= stableFrom !== jaccard >= stableFrom) digits++;
  return jaccard.toFixed(digits);
}

/** How alike the circuits of a size are that resamples of the prompts give. */
export interface Stability {
  readonly size: number;
  /** Mean over all pairs of resamples of the Jaccard index of their circuits, 0 to 1. */
  readonly jaccard: number;
  /** Whether that is at least 0.8; null where it shows nothing: of the whole graph, where edges of score 0 fill the circuit, of prompts of equal scores, and of fewer than 5 that differ. */
  readonly stable: boolean | null;
  /** In which share of the resamples each edge is in the circuit. */
  readonly frequency: Float64Array;
}

/** Scores that differ by less than this share of the largest are the same: rounding. */
const SAME = 1e-5;

/** Whether rows of scores, of prompts or of resamples, are all the same: what is drawn of them tells nothing. */
export function areAlike(rows: readonly ArrayLike<number>[]): boolean {
  const first = rows[0]!;
  let largest = 0;
  for (let edge = 0; edge < first.length; edge++) largest = Math.max(largest, Math.abs(first[edge]!));
  const near = SAME * largest;
  return rows.every((row) => {
    for (let edge = 0; edge < first.length; edge++) if (Math.abs(row[edge]! - first[edge]!) > near) return false;
    return true;
  });
}

/**
 * Whether circuits that are so alike are stable; null where they are alike by construction, or of too few prompts.
 *
 * @param chosen how many edges can be chosen by their scores: places beyond them go to edges of score 0, by their numbers
 * @param alike whether all prompts have the same scores
 * @param distinct how many prompts differ
 */
export function stableOf(
  { size, jaccard }: { size: number; jaccard: number },
  { edgeCount, chosen, alike, distinct }: { edgeCount: number; chosen: number; alike: boolean; distinct: number },
): boolean | null {
  return distinct < fewestPrompts || alike || size === edgeCount || size > chosen ? null : jaccard >= stableFrom;
}

const check = signature("stability", {
  bootstrap: kind.having("a Bootstrap", "resampled", "mean", "distinct"),
  size: kind.count,
  rank: kind.optional(kind.oneOf(ranks)),
});

/**
 * How stable the circuit of the `size` edges that rank highest is: the same prompts drawn again would give circuits that overlap so much.
 * Circuits are not pruned of dead ends; among equal scores the edge of lower number ranks first, so that edges of score 0 are the same in every
 * resample.
 *
 * @throws AutocircuitError `bad-input` for more edges than there are
 */
export function stability(bootstrap: Bootstrap, size: number, rank: Rank = "absolute"): Stability {
  check({ bootstrap, size, rank });
  const { resampled, mean, distinct } = bootstrap;
  if (size > mean.length)
    throw new AutocircuitError("bad-input", `The stability of ${size} edges: there are only ${mean.length}.`);
  const times = new Float64Array(mean.length);
  const circuits = resampled.map((scores) => topEdges(rank === "absolute" ? magnitudes(scores) : scores, [size]));
  for (const circuit of circuits) for (const edge of circuit) times[edge]!++;
  const jaccard = meanJaccard(circuits, size, mean.length);
  const stable = stableOf(
    { size, jaccard },
    { edgeCount: mean.length, chosen: chosenEdges(resampled, rank), alike: areAlike(resampled), distinct },
  );
  return { size, jaccard, stable, frequency: times.map((count) => count / circuits.length) };
}

/** How many edges rank before those that score 0 in every resample; all where there are none of these. */
function chosenEdges(resampled: readonly Float64Array[], rank: Rank): number {
  const edges = [...resampled[0]!.keys()];
  const having = (of: (score: number) => boolean) =>
    edges.filter((edge) => resampled.some((scores) => of(scores[edge]!))).length;
  const scored = having((score) => score !== 0);
  return rank === "absolute" || scored === edges.length ? scored : having((score) => score > 0);
}
