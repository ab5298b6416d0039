import { type ComparedEdge, importance } from "../compare.ts";
import type { ReportGraph } from "../types.ts";
import { autoencoderSource, isLatent } from "./latent-name.ts";

/** Of an autoencoder so many latents have a box of their own; as in the studio. */
export const mostLatents = 5;

/** Which latents of a circuit have boxes of their own. Numbers are places in `graph.nodes.sources`. */
export interface ShownLatents {
  /** The strongest of each autoencoder, the strongest first. */
  readonly own: readonly number[];
  /** The others, which share a box with those of their autoencoder, the strongest first. */
  readonly weaker: readonly number[];
}

/**
 * The strongest latents of each autoencoder by the sum of the absolute scores of their edges in the circuit; more infinite scores are stronger
 * still. Where a single one would be left over it has a box too.
 */
export function shownLatents({ nodes: { sources } }: ReportGraph, edges: readonly ComparedEdge[]): ShownLatents {
  const strengths = new Map<number, { infinite: number; sum: number }>();
  for (const { src, score } of edges) {
    if (!isLatent(sources[src]!.name)) continue;
    const strength = strengths.get(src) ?? { infinite: 0, sum: 0 };
    const size = Math.max(0, importance(score));
    if (size === Number.POSITIVE_INFINITY) strength.infinite++;
    else strength.sum += size;
    strengths.set(src, strength);
  }
  const ranked = [...strengths]
    .sort(([a, x], [b, y]) => y.infinite - x.infinite || y.sum - x.sum || a - b)
    .map(([src]) => src);
  const ownerOf = (src: number) => autoencoderSource(sources[src]!.name)!.owner;
  const counts = new Map<string, number>();
  for (const src of ranked) counts.set(ownerOf(src), (counts.get(ownerOf(src)) ?? 0) + 1);
  const [own, weaker]: [number[], number[]] = [[], []];
  const shown = new Map<string, number>();
  for (const src of ranked) {
    const owner = ownerOf(src);
    const before = shown.get(owner) ?? 0;
    shown.set(owner, before + 1);
    const room = before < mostLatents || counts.get(owner) === mostLatents + 1;
    (room ? own : weaker).push(src);
  }
  return { own, weaker };
}
