import type { Graph } from "@autocircuit/core";
import { RatePredictor } from "../speculation/predictor.ts";
import { type EvaluateMasks, speculativePass } from "../speculation/speculative-pass.ts";
import { keptEdges } from "./kept-edges.ts";
import { removeDangling } from "./live-edges.ts";
import { newSweep, type Sweep } from "./ranking-search.ts";
import { type SearchProgress, searchPhases } from "./search-progress.ts";

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
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
}

/**
 * Backward elimination: visits the edges of a circuit one after the other and drops each whose loss leaves enough answers,
 * until no single edge can be dropped. What comes out depends on the order: it is a local minimum.
 *
 * @param mask the circuit to start from, which must keep enough: one number an edge, 0 in the circuit, 1 outside; changed
 *   in place
 * @param sweep the visit to go on with; noted in it is what was visited
 */
export async function eliminate(
  mask: Float32Array,
  options: EliminationOptions,
  sweep: Sweep = newSweep(mask.length),
): Promise<void> {
  const { graph, order, need, count, largestBatch, signal, onProgress } = options;
  const groups = graph.groupOfEdge();
  for (let shrunk = true; shrunk; ) {
    if (sweep.before === undefined) {
      await removeIfEnough(mask, [], options);
      sweep.before = keptEdges(mask);
      sweep.visited.fill(0);
    }
    const left = order.filter((edge) => mask[edge] === 0 && sweep.visited[edge] === 0);
    const before = sweep.visited.reduce((count, visited) => count + visited, 0);
    let decided = 0;
    await speculativePass({
      order: left,
      mask,
      evaluate: count,
      decide: (kept) => kept >= need,
      predictor: new RatePredictor(Uint16Array.from(left, (edge) => groups[edge]!)),
      largestBatch,
      signal,
      onDecided: (edgeCount) => {
        for (const edge of left.subarray(decided, decided + edgeCount)) sweep.visited[edge] = 1;
        decided += edgeCount;
        onProgress?.({
          ...{ phase: searchPhases.edges, done: before + decided, total: before + left.length, even: true },
        });
      },
    });
    shrunk = keptEdges(mask) < sweep.before;
    sweep.before = undefined;
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
  if (keptEdges(without) === keptEdges(mask)) return;
  const [kept] = Array.from(await count(without, 1));
  if (kept! >= need) mask.set(without);
}
