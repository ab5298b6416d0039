import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type Rank, ranks } from "@autocircuit/core";
import type { Bootstrap } from "./bootstrap.ts";
import type { Intervals } from "./intervals.ts";

/** Options of {@link sureEdges}. */
export interface SureEdgesOptions {
  /** A positive score is sure where its whole interval lies above this. Default 0. */
  readonly above?: number | undefined;
  /** A negative score is sure where its whole interval lies below this. Default minus `above`. */
  readonly below?: number | undefined;
  /** What edges are ordered by: the size of the mean (default) or the mean. */
  readonly rank?: Rank | undefined;
}

/** Edges by how sure their sign is. */
export interface SureEdges {
  /** Edges whose interval lies on one side, ascending. */
  readonly kept: readonly number[];
  /** All edges: first those that were kept, by their mean, then the others likewise. */
  readonly order: readonly number[];
}

const check = signature(
  "sureEdges",
  {
    bootstrap: kind.having("a Bootstrap", "resampled", "mean", "sd"),
    intervals: kind.having("Intervals", "low", "high"),
  },
  {
    above: kind.finite,
    below: kind.finite,
    rank: kind.oneOf(ranks),
  } satisfies KindsOf<SureEdgesOptions>,
);

/**
 * Which edges have a score that is sure to differ from 0 (or from a threshold), and all edges with those first.
 *
 * @throws AutocircuitError `bad-input` for intervals of other edges
 */
export function sureEdges(bootstrap: Bootstrap, intervals: Intervals, options: SureEdgesOptions = {}): SureEdges {
  check({ bootstrap, intervals }, options);
  const { mean } = bootstrap;
  const { low, high } = intervals;
  if (low.length !== mean.length || high.length !== mean.length)
    throw new AutocircuitError(
      "bad-input",
      `sureEdges: intervals of ${low.length} edges, and a bootstrap of ${mean.length}: give those of the same scores.`,
    );
  const { above = 0, below = -above, rank = "absolute" } = options;
  const sure = (edge: number) => (mean[edge]! > 0 && low[edge]! > above) || (mean[edge]! < 0 && high[edge]! < below);
  const importance = rank === "absolute" ? (edge: number) => Math.abs(mean[edge]!) : (edge: number) => mean[edge]!;
  const edges = Array.from(mean.keys());
  const ranked = edges.toSorted((a, b) => importance(b) - importance(a) || a - b);
  return {
    kept: edges.filter(sure),
    order: [...ranked.filter(sure), ...ranked.filter((edge) => !sure(edge))],
  };
}
