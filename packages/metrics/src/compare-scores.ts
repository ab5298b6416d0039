import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, magnitude, type PruneScores, requireSameGraph } from "@autocircuit/core";
import { compareEdgeSets } from "./compare-edge-sets.ts";

const twoScores = { a: coreKinds.pruneScores, b: coreKinds.pruneScores };
const checkOverlap = signature("scoreOverlap", { ...twoScores, sizes: kind.listOf(kind.whole) });
const checkSimilarity = signature("rankSimilarity", twoScores);

/** How alike two score sets are at one circuit size. */
export interface ScoreOverlap {
  /** The size that was asked for. */
  size: number;
  /** Edges in each circuit; more than `size` where scores tie. */
  edges: readonly [number, number];
  /** Edges in both circuits over edges in either; 1 for two empty circuits. */
  jaccard: number;
  /** AutoCircuit's similarity: edges in both over `size`. NaN where ties make a circuit larger, and for size 0. */
  overlap: number;
}

/**
 * Compares the circuits that two score sets of one graph give, size by size.
 *
 * @throws AutocircuitError `bad-input` for scores of different graphs, a NaN among them, or a size the graph does not have
 * @example
 * scoreOverlap(await acdc(model, prompts), await edgeAttribution(model, prompts), [10, 50, 100]);
 */
export function scoreOverlap(a: PruneScores, b: PruneScores, sizes: readonly number[]): ScoreOverlap[] {
  checkOverlap({ a, b, sizes });
  requireSameGraph(a.graph, b.graph, "The first scores are", "the second's");
  return sizes.map((size) => {
    const [first, second] = [a.circuit(size), b.circuit(size)];
    const { truePositives, jaccard } = compareEdgeSets(first.indices, second.indices, a.graph.edgeCount);
    const exact = first.size === size && second.size === size;
    return {
      size,
      edges: [first.size, second.size],
      jaccard,
      overlap: exact && size > 0 ? truePositives / size : Number.NaN,
    };
  });
}

/**
 * Spearman's rank correlation of two score sets of one graph, by absolute score; edges of equal score share their mean rank. 1 for the same
 * order, -1 for the opposite one, NaN where one of them has a single score only.
 *
 * @throws AutocircuitError `bad-input` for scores of different graphs, or a NaN among them
 */
export function rankSimilarity(a: PruneScores, b: PruneScores): number {
  checkSimilarity({ a, b });
  requireSameGraph(a.graph, b.graph, "The first scores are", "the second's");
  const [first, second] = [meanRanks(a.values), meanRanks(b.values)];
  const mean = (first.length - 1) / 2;
  let together = 0;
  let alone = 0;
  let other = 0;
  for (const [i, rank] of first.entries()) {
    const [x, y] = [rank - mean, second[i]! - mean];
    together += x * y;
    alone += x * x;
    other += y * y;
  }
  return together / Math.sqrt(alone * other);
}

/** Rank of each absolute score, from 0 for the smallest. */
function meanRanks(values: Float32Array): Float64Array {
  const magnitudes = values.map(magnitude);
  const broken = magnitudes.findIndex(Number.isNaN);
  if (broken >= 0) throw new AutocircuitError("bad-input", `The score of edge ${broken} is NaN, so it has no rank.`);
  const order = Uint32Array.from(magnitudes.keys()).sort((x, y) => magnitudes[x]! - magnitudes[y]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && magnitudes[order[end]!] === magnitudes[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}
