import { throwIfAborted } from "@autocircuit/core";
import { type BatchCost, BatchSize } from "./batch-size.ts";
import type { Predictor } from "./predictor.ts";

/**
 * One number for each of several masks, such as the divergence from the full model.
 *
 * @param masks `count` rows of one number an edge (1 removed, 0 kept), only valid during the call
 */
export type EvaluateMasks = (masks: Float32Array, count: number) => Promise<ArrayLike<number>>;

/** What a pass over edges needs. */
export interface SpeculativePassOptions {
  /** Indices of the edges in the order of visit. */
  order: Uint32Array;
  /** Position in the order to start at. Default 0. */
  start?: number | undefined;
  /** The present mask, one number an edge of the graph; holds the result afterwards. */
  mask: Float32Array;
  evaluate: EvaluateMasks;
  /** Whether the next edge stays removed, given the value of the mask without it; called once an edge, in order. */
  decide: (value: number) => boolean;
  predictor: Predictor;
  /** Most masks in one evaluation; 1 is the plain sequential algorithm. */
  largestBatch: number;
  /** Default "each". */
  cost?: BatchCost | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the number of edges decided by each evaluation. */
  onDecided?: ((edgeCount: number) => void) | undefined;
}

/**
 * Visits edges one after the other and removes those that `decide` lets go, evaluated in speculative batches: row j of a
 * batch assumes that the guesses for the edges before it hold. Decisions are taken in order for as long as they agree
 * with the guesses; the first one that does not is still valid itself, and the next batch starts behind it. So the
 * decisions are those of the sequential algorithm.
 */
export async function speculativePass(options: SpeculativePassOptions): Promise<void> {
  const { order, start = 0, mask, evaluate, decide, predictor, largestBatch, signal, onDecided } = options;
  const edgeCount = mask.length;
  const masks = new Float32Array(Math.min(largestBatch, order.length) * edgeCount);
  const batchSize = new BatchSize(largestBatch, options.cost);

  for (let position = start; position < order.length; ) {
    throwIfAborted(signal);
    const first = position;
    const count = Math.min(batchSize.next(), order.length - first);
    const guesses = fillMasks(masks, mask, order.subarray(first, first + count), (row) =>
      predictor.predict(first + row),
    );
    const values = await evaluate(masks.subarray(0, count * edgeCount), count);

    let used = 0;
    let surprised = false;
    while (used < count && !surprised) {
      const removed = decide(values[used]!);
      mask[order[first + used]!] = removed ? 1 : 0;
      predictor.observe(first + used, removed);
      surprised = removed !== guesses[used];
      used++;
    }
    position += used;
    batchSize.observe(used, surprised);
    onDecided?.(used);
  }
}

/** Writes one mask a candidate: the present one, the candidates before it as guessed, and the candidate removed. */
function fillMasks(
  masks: Float32Array,
  present: Float32Array,
  candidates: Uint32Array,
  guess: (row: number) => boolean,
): boolean[] {
  const running = present.slice();
  return Array.from(candidates, (edge, row) => {
    running[edge] = 1;
    masks.set(running, row * running.length);
    const removed = guess(row);
    running[edge] = removed ? 1 : 0;
    return removed;
  });
}
