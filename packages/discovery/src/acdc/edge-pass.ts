import { throwIfAborted } from "@autocircuit/core";
import { BatchSize } from "./batch-size.ts";
import type { DecisionTrace } from "./decision-trace.ts";
import type { Predictor } from "./predictor.ts";

/**
 * Divergences from the full model for several masks.
 *
 * @param masks `count` rows of one number an edge (1 removed, 0 kept), only valid during the call
 */
export type EvaluateMasks = (masks: Float32Array, count: number) => Promise<ArrayLike<number>>;

/** What a pass needs besides the threshold. */
export interface EdgePassOptions {
  /** Indices of the edges in the order of visit. */
  order: Uint32Array;
  evaluate: EvaluateMasks;
  predictor: Predictor;
  /** Most masks in one evaluation; 1 is the plain sequential algorithm. */
  largestBatch: number;
  signal?: AbortSignal | undefined;
  /** Called with the number of edges decided by each evaluation. */
  onDecided?: ((edges: number) => void) | undefined;
}

/**
 * One pass of ACDC at one threshold, edges evaluated in speculative batches: row j of a batch assumes that the guesses
 * for the edges before it hold. Decisions are taken in order for as long as they agree with the guesses; the first one
 * that does not is still valid itself, and the next batch starts behind it. So the decisions are those of the
 * sequential algorithm.
 *
 * @param trace where the decisions go; those already in it are kept
 */
export async function edgePass(trace: DecisionTrace, tau: number, options: EdgePassOptions): Promise<void> {
  const { order, evaluate, predictor, largestBatch, signal, onDecided } = options;
  const edges = order.length;
  const mask = new Float32Array(edges);
  for (let position = 0; position < trace.length; position++) mask[order[position]!] = trace.removed[position]!;
  const masks = new Float32Array(Math.min(largestBatch, edges) * edges);
  const batchSize = new BatchSize(largestBatch);

  while (trace.length < edges) {
    throwIfAborted(signal);
    const start = trace.length;
    const count = Math.min(batchSize.next(), edges - start);
    const guesses = fillMasks(masks, mask, order.subarray(start, start + count), (row) =>
      predictor.predict(start + row),
    );
    const divergences = await evaluate(masks.subarray(0, count * edges), count);

    let used = 0;
    let surprised = false;
    while (used < count && !surprised) {
      const removed = trace.decide(divergences[used]!, tau);
      mask[order[start + used]!] = removed ? 1 : 0;
      predictor.observe(start + used, removed);
      surprised = removed !== guesses[used];
      used++;
    }
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
