import type { Scene } from "./scene.ts";
import type { ShownEdges } from "./shown-edges.ts";

/** Whether an edge lies within a folded group: then it is not drawn. */
export function isInner({ from, to }: Scene, edge: number): boolean {
  return from[edge] === to[edge];
}

/** Whether an edge is drawn as one line with others: an end of it is a folded group. */
export function isBundled({ folded, from, to }: Scene, edge: number): boolean {
  return folded.has(from[edge]!) || folded.has(to[edge]!);
}

/** The edges as they are drawn: of those that one line stands for the most important of each class. */
export function drawnEdges(scene: Scene, shown: ShownEdges): ShownEdges {
  if (scene.folded.size === 0) return shown;
  const seen = new Set<string>();
  const kept: number[] = [];
  for (let at = shown.edges.length - 1; at >= 0; at--) {
    const edge = shown.edges[at]!;
    if (isInner(scene, edge)) continue;
    if (isBundled(scene, edge)) {
      const line = `${lineOf(scene, edge)} ${shown.status[at]}`;
      if (seen.has(line)) continue;
      seen.add(line);
    }
    kept.push(at);
  }
  kept.reverse();
  return {
    edges: Uint32Array.from(kept, (at) => shown.edges[at]!),
    status: Uint8Array.from(kept, (at) => shown.status[at]!),
    strength: Float32Array.from(kept, (at) => shown.strength[at]!),
    counts: shown.counts,
  };
}

/** Of these edges those that are drawn, one for each line. */
export function drawnOf(scene: Scene, edges: ReadonlySet<number>): ReadonlySet<number> {
  if (scene.folded.size === 0) return edges;
  const lines = new Map<string, number>();
  for (const edge of edges) {
    if (isInner(scene, edge)) continue;
    const line = isBundled(scene, edge) ? lineOf(scene, edge) : `${edge}`;
    if (!lines.has(line)) lines.set(line, edge);
  }
  return new Set(lines.values());
}

/** All shown edges that are drawn as one line with this one. */
export function bundleOf(scene: Scene, shown: ShownEdges, edge: number): number[] {
  if (!isBundled(scene, edge)) return [edge];
  const { from, to, port } = scene;
  const bundle = Array.from(
    shown.edges.filter((own) => from[own] === from[edge] && to[own] === to[edge] && port[own] === port[edge]),
  );
  return bundle.includes(edge) ? bundle : [...bundle, edge];
}

function lineOf({ from, to, port }: Scene, edge: number): string {
  return `${from[edge]} ${to[edge]} ${port[edge]}`;
}
