import { AutocircuitError, kind } from "@autocircuit/base";
import { type PruneScores, type Rank, rankOf } from "@autocircuit/core";

/** How large a circuit is to be: a number of edges, a share of all edges (rounded down), or the edges that rank at or above a threshold. */
export type CircuitSize = number | { readonly share: number } | { readonly threshold: number };

/** What a {@link CircuitSize} may be. */
export const circuitSizeKind = kind.such(
  "a number of edges, { share } from 0 to 1, or { threshold }",
  (value) =>
    (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) ||
    (kind.record.accepts(value) &&
      Object.keys(value as object).length === 1 &&
      ["share", "threshold"].some((name) => typeof (value as Record<string, unknown>)[name] === "number")),
);

/** Edges in a share of all, rounded down. */
export function edgesOfShare(share: number, edgeCount: number): number {
  // 0.29 of 100 is a little less than 29 by rounding alone.
  return Math.floor(share * edgeCount + 1e-6);
}

/**
 * The number of edges a size stands for.
 *
 * @throws AutocircuitError `bad-input` for more edges than there are, or than have a score (`-Infinity` marks those that are not in the
 *   circuit), a share outside 0 to 1, a threshold that is NaN
 */
export function edgesOfSize({ graph, values }: PruneScores, size: CircuitSize, rank: Rank): number {
  const { edgeCount } = graph;
  const importance = rankOf(values, rank);
  const ofThese = (count: number) => {
    const scored = values.reduce((sum, _, edge) => sum + Number(importance(edge) > Number.NEGATIVE_INFINITY), 0);
    if (count <= scored) return count;
    throw new AutocircuitError(
      "bad-input",
      `A circuit of ${count} edges: only ${scored} have a score; the others are marked as not in the circuit (-Infinity).`,
    );
  };
  if (typeof size === "number") {
    if (size <= edgeCount) return ofThese(size);
    throw new AutocircuitError("bad-input", `A circuit of ${size} edges: the graph has only ${edgeCount}.`);
  }
  if ("share" in size) {
    if (size.share >= 0 && size.share <= 1) return ofThese(edgesOfShare(size.share, edgeCount));
    throw new AutocircuitError("bad-input", `A circuit of ${size.share} of the edges: a share is from 0 to 1.`);
  }
  if (Number.isNaN(size.threshold))
    throw new AutocircuitError("bad-input", "The threshold of a circuit is NaN: no edge ranks above or below it.");
  return values.reduce((count, _, edge) => count + Number(importance(edge) >= size.threshold), 0);
}
