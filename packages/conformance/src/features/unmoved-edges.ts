import type { Graph } from "@autocircuit/core";

/**
 * Edges that change nothing: a query of the first position has one key to attend to, whatever it is. The gradient of their mask is 0 in exact
 * arithmetic, and a training by Adam turns what rounding makes of that into whole steps, which differ from processor to processor: like the
 * trainings that `ill_conditioned` marks, they have no value to compare.
 */
export function unmovedEdges({ seqLen, groups }: Graph): ReadonlySet<number> {
  const unmoved = new Set<number>();
  if (seqLen === null) return unmoved;
  for (const { kind, offset, heads, sourceCount } of groups) {
    if (kind !== "q") continue;
    for (let edge = offset; edge < offset + heads * sourceCount; edge++) unmoved.add(edge);
  }
  return unmoved;
}
