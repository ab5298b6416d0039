import { AutocircuitError } from "@autocircuit/base";
import { type DestGroup, magnitude, type PruneScores } from "@autocircuit/core";
import { hardConcreteShift } from "../masks/hard-concrete.ts";

/** How fast the probability of being kept rises with the rank. */
const SLOPE = 8;
/** Where the bias of all ranks lies that are at most 1: at its ends all edges are kept, or none. */
const FURTHEST = 6;
/** Halvings of that. */
const HALVINGS = 60;

/** Options of {@link warmStart}. */
export interface WarmStartOptions {
  /** One less the mean probability of being kept. */
  readonly sparsity: number;
  /** What edges into a group of destinations are ranked among. Default those into the same block, and those into `Resid End`. */
  readonly among?: (group: DestGroup) => unknown;
}

/**
 * Log-odds of hard concrete masks to start from, so that edges with higher scores are likelier to be kept (Mondorf et al. 2025,
 * arXiv:2510.06811): a rank r from 0 to 1 within each block's edges becomes the probability `sigmoid(8 (r - bias))`, with the bias that gives the
 * sparsity that is asked for.
 *
 * @returns `[E]`
 * @throws AutocircuitError `bad-input` for a score that is no number, or infinite; `-Infinity` marks an edge outside a circuit and ranks last
 */
export function warmStart(scores: PruneScores, { sparsity, among = blockOf }: WarmStartOptions): Float32Array {
  requireRanks(scores);
  const ranks = ranksWithin(scores, among);
  const keeping = (bias: number) =>
    ranks.reduce((sum, rank) => sum + 1 / (1 + Math.exp(-SLOPE * (rank - bias))), 0) / ranks.length;
  let [low, high] = [-FURTHEST, FURTHEST];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (keeping(middle) > 1 - sparsity) low = middle;
    else high = middle;
  }
  return Float32Array.from(ranks, (rank) => SLOPE * (rank - (low + high) / 2) + hardConcreteShift);
}

/**
 * The rank of each edge's magnitude among those that it is ranked among: 0 for the least, 1 for the greatest and for one alone, the mean of their
 * ranks for equals.
 */
export function ranksWithin({ graph, values }: PruneScores, among: (group: DestGroup) => unknown = blockOf) {
  const together = new Map<unknown, number[]>();
  for (const group of graph.groups) {
    const key = among(group);
    const edges = together.get(key) ?? [];
    for (let cell = 0; cell < group.size; cell++) edges.push(group.offset + cell);
    together.set(key, edges);
  }
  const ranks = new Float64Array(graph.edgeCount);
  const size = (edge: number) => magnitude(values[edge]!);
  for (const edges of together.values()) {
    const order = edges.toSorted((a, b) => size(a) - size(b));
    const last = Math.max(1, order.length - 1);
    for (let from = 0, to = 0; from < order.length; from = to) {
      while (to < order.length && size(order[to]!) === size(order[from]!)) to++;
      for (const edge of order.slice(from, to)) ranks[edge] = order.length === 1 ? 1 : (from + to - 1) / 2 / last;
    }
  }
  return ranks;
}

function blockOf({ kind, block }: DestGroup): unknown {
  return kind === "end" ? kind : block;
}

function requireRanks({ graph, values }: PruneScores): void {
  const wrong = values.findIndex((value) => !(value < Number.POSITIVE_INFINITY));
  if (wrong >= 0)
    throw new AutocircuitError(
      "bad-input",
      `The scores of \`warmStart\` cannot be ranked: that of ${graph.edge(wrong)} is ${values[wrong]}. Give finite scores.`,
    );
}
