import type { Graph } from "@autocircuit/core";
import { RatePredictor } from "../speculation/predictor.ts";
import { type EvaluateMasks, speculativePass } from "../speculation/speculative-pass.ts";
import { removeDangling } from "./live-edges.ts";

/** What {@link eliminate} needs. */
export interface EliminationOptions {
  readonly graph: Graph;
  /** Every edge once, in the order of visit: the least important first. */
  readonly order: Uint32Array;
  /** Answers to keep. */
  readonly need: number;
  /** Answers kept; of circuits below `need`, any number below it. */
  readonly count: EvaluateMasks;
  /** Whether a node whose inputs are all ablated writes its ablated output; see {@link removeDangling}. */
  readonly forward: boolean;
  readonly largestBatch: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the size of the circuit now and then. */
  readonly onSize?: ((edges: number) => void) | undefined;
}

/**
 * Backward elimination: visits the edges of a circuit one after the other and drops each whose loss leaves enough answers,
 * until no single edge can be dropped. What comes out depends on the order: it is a local minimum.
 *
 * @param mask the circuit to start from, which must keep enough: one number an edge, 0 in the circuit, 1 outside; changed
 *   in place
 */
export async function eliminate(mask: Float32Array, options: EliminationOptions): Promise<void> {
  const { graph, order, need, count, largestBatch, signal, onSize } = options;
  const groups = graph.groupOfEdge();
  for (let before = Number.POSITIVE_INFINITY; circuitSize(mask) < before; ) {
    await removeIfEnough(mask, [], options);
    before = circuitSize(mask);
    const left = order.filter((edge) => mask[edge] === 0);
    await speculativePass({
      order: left,
      mask,
      evaluate: count,
      decide: (kept) => kept >= need,
      predictor: new RatePredictor(Uint16Array.from(left, (edge) => groups[edge]!)),
      largestBatch,
      signal,
      onDecided: () => onSize?.(circuitSize(mask)),
    });
  }
}

/** Drops edges, and those that cannot matter without them, if enough is still kept; otherwise leaves the circuit as it is. */
export async function removeIfEnough(
  mask: Float32Array,
  edges: readonly number[],
  { graph, forward, count, need }: EliminationOptions,
): Promise<void> {
  const without = mask.slice();
  for (const edge of edges) without[edge] = 1;
  removeDangling(graph, without, forward);
  if (circuitSize(without) === circuitSize(mask)) return;
  const [kept] = Array.from(await count(without, 1));
  if (kept! >= need) mask.set(without);
}

/** Number of edges in the circuit of a mask. */
export function circuitSize(mask: Float32Array): number {
  return mask.reduce((edges, value) => edges + (value === 0 ? 1 : 0), 0);
}
