import { type SpeculativePassOptions, speculativePass } from "../speculation/speculative-pass.ts";
import type { DecisionTrace } from "./decision-trace.ts";

/** What a pass needs besides the threshold; the order has every edge of the graph. */
export type EdgePassOptions = Omit<SpeculativePassOptions, "start" | "mask" | "decide">;

/**
 * One pass of ACDC at one threshold: speculative batches with the decisions of the sequential algorithm.
 *
 * @param trace where the decisions go; those already in it are kept
 */
export async function edgePass(trace: DecisionTrace, tau: number, options: EdgePassOptions): Promise<void> {
  const { order } = options;
  const mask = new Float32Array(order.length);
  for (let position = 0; position < trace.length; position++) mask[order[position]!] = trace.removed[position]!;
  const decide = (divergence: number) => trace.decide(divergence, tau);
  await speculativePass({ ...options, start: trace.length, mask, decide });
}
