import type { Graph } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { removeDangling } from "../fewest-edges/live-edges.ts";

/**
 * Which edges of each sample lie on a path from `Resid Start` to `Resid End` whose masks are all above 0: 1, the others 0. Each row for itself;
 * the published code keeps an MLP where any row reaches it.
 *
 * @param masks `[R, E]`, 1 for what is kept
 * @returns `[R, E]`
 */
export async function liveMasks(graph: Graph, masks: Tensor): Promise<Tensor> {
  const kept = await masks.data();
  const { edgeCount } = graph;
  const live = new Float32Array(kept.length);
  const outside = new Float32Array(edgeCount);
  for (let first = 0; first < kept.length; first += edgeCount) {
    for (let edge = 0; edge < edgeCount; edge++) outside[edge] = Number(kept[first + edge]) > 0 ? 0 : 1;
    removeDangling(graph, outside, true);
    for (let edge = 0; edge < edgeCount; edge++) live[first + edge] = 1 - outside[edge]!;
  }
  return Tensor.from(live, { shape: masks.shape, dtype: masks.dtype });
}
