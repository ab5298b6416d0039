import { AutocircuitError } from "@autocircuit/base";
import type { Graph, SrcNode } from "@autocircuit/core";

/** A mask that takes so much of the ablation on all edges that leave some sources, and nothing elsewhere. */
export function maskFrom(graph: Graph, sources: (source: SrcNode) => boolean, value: number): Float32Array {
  const chosen = graph.sources.map(sources);
  const mask = new Float32Array(graph.edgeCount);
  for (const { offset, size, firstSource, sourceCount: count } of graph.groups)
    for (let cell = 0; cell < size; cell++) if (chosen[firstSource + (cell % count)]) mask[offset + cell] = value;
  return mask;
}

/**
 * Latents are kept as numbers, not as the vectors they write, and what looks at vectors does not know them.
 *
 * @throws AutocircuitError `bad-input` for a graph with latents
 */
export function requireNoLatents(graph: Graph, algorithm: string): void {
  if (graph.config.latents === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `${algorithm} looks at the vectors that sources write, and latents of autoencoders are kept as numbers: take edge-attribution, mask-gradient, eap-ig-inputs, relp or exact.`,
  );
}
