import type { ComparedEdge } from "../compare.ts";
import type { CircuitReport } from "../types.ts";

/** What the source of an edge stands for, where it is a latent with a label. */
export function labelOf({ graph }: CircuitReport, { src }: Pick<ComparedEdge, "src">): string | undefined {
  return graph.nodes.sources[src]!.label;
}
