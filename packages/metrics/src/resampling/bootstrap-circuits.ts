import { setImmediate as turn } from "node:timers/promises";
import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type LongOptions, type Rank, ranks, throwIfAborted } from "@autocircuit/core";
import { type BootstrapOptions, drawsOf, promptNumberList, promptRows, requirePrompts, scoreRow } from "./bootstrap.ts";
import { fewestForIntervals, rowsOfPrompts } from "./distinct-draws.ts";
import { quantile } from "./intervals.ts";
import { meanJaccard } from "./mean-jaccard.ts";
import { ResampledMeans } from "./means-by-product.ts";
import { TOGETHER } from "./resampled-means.ts";
import { scoreUnit } from "./score-unit.ts";
import { areAlike, stableOf } from "./stability.ts";
import { magnitudes, rankingBuffers, topEdges } from "./top-edges.ts";

/** Options of {@link bootstrapCircuits}. */
export interface BootstrapCircuitsOptions extends BootstrapOptions, LongOptions {
  /** Edges whose intervals are wanted. */
  readonly edges: readonly number[];
  /** Size of the circuit of which is told how often each of these edges is in it. */
  readonly size: number;
  /** Sizes whose stability is wanted. */
  readonly sizes: readonly number[];
  /** What circuits are of: the edges of largest absolute score (default), or of largest score, so that harmful edges come last. */
  readonly rank?: Rank | undefined;
}

/** How stable the circuits of a size are. */
export interface StablePoint {
  readonly size: number;
  /** Mean over pairs of resamples of the Jaccard index of their circuits. */
  readonly jaccard: number;
  /** Whether that is at least 0.8; null where it shows nothing: of the whole graph, where edges of score 0 fill the circuit, of prompts of equal scores, and of fewer than 5 that differ. */
  readonly stable: boolean | null;
}

/** What a bootstrap says of a circuit. */
export interface BootstrappedCircuits {
  readonly promptCount: number;
  /** How many of them differ, by their `promptNumbers`. */
  readonly distinct: number;
  /** Whether these are so few that the intervals are too narrow: fewer than 8. */
  readonly narrow: boolean;
  readonly resamples: number;
  /** Of the edges that were asked for: from the 2.5th to the 97.5th percentile of the resampled scores, and their mean; in the unit of `bootstrap`. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly mean: Float64Array;
  /** In which share of the resamples each is among the `size` edges that rank highest. */
  readonly frequency: Float64Array;
  readonly points: readonly StablePoint[];
  /**
   * How many edges rank before those that score 0 in every resample, which fill the places of larger circuits: signed those with a score above 0 in
   * any of the resamples, else with one other than 0; all where no edge scores 0 in every resample.
   */
  readonly scored: number;
  /** Whether all prompts have the same scores, but for rounding: then no resample differs. */
  readonly alike: boolean;
}

const check = signature("bootstrapCircuits", { perPrompt: promptRows }, {
  resamples: kind.count,
  seed: kind.whole,
  draws: kind.listOf(kind.listOf(kind.whole)),
  scores: scoreRow,
  promptNumbers: promptNumberList,
  signal: kind.signal,
  onProgress: kind.callback,
  edges: kind.required(kind.listOf(kind.whole)),
  size: kind.required(kind.whole),
  sizes: kind.required(kind.listOf(kind.count)),
  rank: kind.oneOf(ranks),
} satisfies KindsOf<BootstrapCircuitsOptions>);

/**
 * What `bootstrap`, `scoreIntervals` and `stability` say of the circuits of the edges that rank highest, resample by resample, so that
 * large graphs need no memory for all resampled scores. Among equal scores the edge of lower number ranks first.
 *
 * @param perPrompt scores of each prompt alone, `[prompt][edge]`
 * @throws AutocircuitError `bad-input` as `bootstrap` does, and for sizes or edges that there are not; `aborted`
 */
export async function bootstrapCircuits(
  perPrompt: readonly ArrayLike<number>[],
  options: BootstrapCircuitsOptions,
): Promise<BootstrappedCircuits> {
  check({ perPrompt }, options);
  const { edges, size, sizes, rank = "absolute", signal, onProgress, ...how } = options;
  const edgeCount = requirePrompts(perPrompt);
  const wrong = [size, ...sizes].find((one) => one > edgeCount) ?? edges.find((edge) => edge >= edgeCount);
  if (wrong !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `bootstrapCircuits: ${wrong} is more than the ${edgeCount} edges there are.`,
    );
  const members = rowsOfPrompts(perPrompt.length, how.promptNumbers);
  const draws = drawsOf(members, how);
  const unit = how.scores ? scoreUnit(how.scores, perPrompt) : 1;
  const ascending = [...new Set([size, ...sizes])].sort((a, b) => a - b);
  const values = edges.map(() => new Float64Array(draws.length));
  const times = new Float64Array(edges.length);
  const hasScore = new Uint8Array(edgeCount);
  const isPositive = new Uint8Array(edgeCount);
  const ranked: Uint32Array[] = [];
  const drawing = new ResampledMeans(perPrompt, draws);
  const buffers = rankingBuffers(edgeCount);
  const ranks = rank === "absolute" ? new Float64Array(edgeCount) : null;
  let means: readonly Float64Array[] = [];
  for (let place = 0; place < draws.length; place++) {
    // Other work gets its turn, and a signal is heard.
    await turn();
    throwIfAborted(signal);
    if (place % TOGETHER === 0) means = await drawing.of(draws.slice(place, place + TOGETHER));
    const scores = means[place % TOGETHER]!;
    markSigns(scores, { hasScore, isPositive });
    const first = topEdges(ranks ? magnitudes(scores, ranks) : scores, ascending, buffers);
    const within = new Set(first.subarray(0, size));
    for (const [i, edge] of edges.entries()) {
      values[i]![place] = unit * scores[edge]!;
      if (within.has(edge)) times[i]!++;
    }
    ranked.push(first);
    onProgress?.({ done: place + 1, total: draws.length });
  }
  const [having, positive] = [hasScore, isPositive].map((marks) => marks.reduce((count, mark) => count + mark, 0));
  const scored = rank === "absolute" || having === edgeCount ? having! : positive!;
  const alike = areAlike(perPrompt);
  const points: StablePoint[] = [];
  for (const one of sizes) {
    await turn();
    throwIfAborted(signal);
    const jaccard = meanJaccard(ranked, one, edgeCount);
    const stable = stableOf({ size: one, jaccard }, { edgeCount, chosen: scored, alike, distinct: members.length });
    points.push({ size: one, jaccard, stable });
  }
  const sorted = values.map((of) => of.toSorted());
  return {
    ...{ promptCount: perPrompt.length, distinct: members.length, narrow: members.length < fewestForIntervals },
    ...{ resamples: draws.length, points, scored, alike },
    frequency: times.map((count) => count / draws.length),
    low: Float64Array.from(sorted, (of) => quantile(of, 0.025)),
    high: Float64Array.from(sorted, (of) => quantile(of, 0.975)),
    mean: Float64Array.from(values, (of) => of.reduce((sum, value) => sum + value, 0) / of.length),
  };
}

function markSigns(scores: Float64Array, seen: { hasScore: Uint8Array; isPositive: Uint8Array }): void {
  const { hasScore, isPositive } = seen;
  for (let edge = 0; edge < scores.length; edge++) {
    if (scores[edge] !== 0) hasScore[edge] = 1;
    if (scores[edge]! > 0) isPositive[edge] = 1;
  }
}
