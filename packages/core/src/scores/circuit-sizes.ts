import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { Graph } from "../graph/graph.ts";
import * as kinds from "../kinds.ts";
import type { PruneScores } from "./prune-scores.ts";
import { scoredCount, sortedMagnitudes } from "./threshold.ts";

/** A list of circuit sizes by rule; see {@link CircuitSizesOptions.rule}. */
export type SizeRule = "all" | "logarithmic" | "ties";

/** Which circuit sizes are meant; see {@link circuitSizes}. */
export interface CircuitSizesOptions {
  /**
   * `"all"`: every size. `"logarithmic"`: 1, 2, .. 9, 10, 20, .. 90, 100, 200 and so on, below the number of edges. `"ties"`: where
   * scores of one magnitude end, the only sizes that can be reached; needs `scores`. By default, without `sizes` and `shares`, `"ties"` where scores are
   * given that have fewer than 100 magnitudes and fewer than half as many as edges, else `"all"` up to 200 edges, else `"logarithmic"`.
   */
  readonly rule?: SizeRule | undefined;
  /** Sizes of one's own, beside those of the rule, if there is one. */
  readonly sizes?: readonly number[] | undefined;
  /** Sizes as parts of all edges, from 0 to 1, rounded down; AutoCircuit takes numbers with a decimal point for these. */
  readonly shares?: readonly number[] | undefined;
  /** Scores whose ties to heed. */
  readonly scores?: PruneScores | null | undefined;
  /** Size of the known circuit, which is then in the list. */
  readonly knownEdgeCount?: number | null | undefined;
  /** Whether the empty circuit is in the list, whatever else says. By default it is where there are more than two sizes. */
  readonly zeroEdges?: boolean | undefined;
  /** Whether the whole graph is in the list, whatever else says. By default it is where there are more than two sizes. */
  readonly allEdges?: boolean | undefined;
}

const share = kind.such("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1);
const check = signature("circuitSizes", { graph: kind.either(kinds.graph, kind.whole) }, {
  rule: kind.oneOf(["all", "logarithmic", "ties"] satisfies SizeRule[]),
  sizes: kind.listOf(kind.whole),
  shares: kind.listOf(share),
  scores: kind.orNull(kinds.pruneScores),
  knownEdgeCount: kind.orNull(kind.whole),
  zeroEdges: kind.flag,
  allEdges: kind.flag,
} satisfies KindsOf<CircuitSizesOptions>);

/** Up to this many edges every size is tried. */
const everySizeUpTo = 200;

/**
 * The circuit sizes that a rule, a list or shares of all edges mean, as AutoCircuit's `edge_counts_util` gives them. A list of more than
 * two sizes also gets 0 and the number of edges; a shorter one is left without them, also where it names them, unless `zeroEdges` and
 * `allEdges` say otherwise.
 *
 * @param graph The graph, or its number of edges.
 * @returns Sizes in ascending order, each once. Where scores leave edges out (-Infinity), sizes between theirs and all are not among them.
 * @throws AutocircuitError `bad-input` for a size that the graph does not have, `"ties"` without scores, a score that is NaN.
 * @example
 * circuitSizes(model.graph, { shares: [0.01, 0.1, 0.5] });
 * circuitSizes(model.graph, { rule: "ties", scores, zeroEdges: true, allEdges: true });
 */
export function circuitSizes(graph: Graph | number, options: CircuitSizesOptions = {}): number[] {
  check({ graph }, options);
  const { rule, scores, knownEdgeCount, shares } = options;
  const edgeCount = graph instanceof Graph ? graph.edgeCount : graph;
  if (scores && scores.values.length !== edgeCount)
    throw new AutocircuitError(
      "bad-input",
      `The scores are of ${scores.values.length} edges, the graph has ${edgeCount}.`,
    );
  for (const size of [...(options.sizes ?? []), knownEdgeCount ?? 0]) requireSize(size, edgeCount);
  const sorted = scores ? sortedMagnitudes(scores.values) : undefined;
  const own = [...(options.sizes ?? []), ...(shares ?? []).map((share) => Math.trunc(edgeCount * share))];
  const chosen = rule ?? (options.sizes || shares ? undefined : usualRule(edgeCount, sorted));
  const sizes = new Set([...own, ...(chosen ? sizesOf(chosen, edgeCount, sorted) : [])]);
  const { zeroEdges = sizes.size > 2, allEdges = sizes.size > 2 } = options;
  for (const [size, wanted] of [
    [0, zeroEdges],
    [edgeCount, allEdges],
  ] as const) {
    if (wanted) sizes.add(size);
    else sizes.delete(size);
  }
  if (knownEdgeCount !== undefined && knownEdgeCount !== null) sizes.add(knownEdgeCount);
  const scored = sorted ? scoredCount(sorted) : edgeCount;
  return [...sizes].filter((size) => size <= scored || size === edgeCount).sort((a, b) => a - b);
}

function requireSize(size: number, edgeCount: number): void {
  if (size <= edgeCount) return;
  throw new AutocircuitError(
    "bad-input",
    `A circuit of ${size} edges is more than the graph has: at most ${edgeCount}.`,
  );
}

function usualRule(edgeCount: number, sorted: Float32Array | undefined): SizeRule {
  if (sorted && tieEnds(sorted).length < Math.min(edgeCount / 2, 100)) return "ties";
  return edgeCount <= everySizeUpTo ? "all" : "logarithmic";
}

function sizesOf(rule: SizeRule, edgeCount: number, sorted: Float32Array | undefined): readonly number[] {
  if (rule === "all") return Array.from({ length: edgeCount + 1 }, (_, size) => size);
  if (rule === "logarithmic") return roundSizes(edgeCount);
  if (sorted) return tieEnds(sorted);
  throw new AutocircuitError("bad-input", 'The sizes "ties" are those at which ties of scores end: give `scores`.');
}

/** Sizes at which scores of one magnitude end. */
function tieEnds(sorted: Float32Array): number[] {
  const ends: number[] = [];
  for (let size = 1; size <= sorted.length; size++) if (sorted[size] !== sorted[size - 1]) ends.push(size);
  return ends;
}

/** 1, 2, .. 9, 10, 20, .. below the number of edges. */
function roundSizes(edgeCount: number): number[] {
  const sizes: number[] = [];
  for (let step = 1; step < edgeCount; step *= 10) {
    for (let size = step; size < Math.min(edgeCount, 10 * step); size += step) sizes.push(size);
  }
  return sizes;
}
