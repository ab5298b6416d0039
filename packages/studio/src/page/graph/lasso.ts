import { isInner } from "./bundles.ts";
import type { Camera, ViewSize } from "./camera.ts";
import { inside } from "./neighbours.ts";
import { screenCurve } from "./paint-edges.ts";
import type { Scene } from "./scene.ts";
import type { ShownEdges } from "./shown-edges.ts";

/** Shown edges that a lasso catches: their middle lies within it, or the node they leave does. */
export function caught(
  scene: Scene,
  shown: ShownEdges,
  polygon: readonly (readonly [number, number])[],
  camera: Camera,
  size: ViewSize,
): number[] {
  if (polygon.length < 3) return [];
  const p = new Float64Array(8);
  const nodes = scene.nodes.map(({ x, y }) =>
    inside(polygon, (x - camera.x) * camera.zoom + size.width / 2, (y - camera.y) * camera.zoom + size.height / 2),
  );
  return Array.from(shown.edges).filter((edge) => {
    if (nodes[scene.from[edge]!]) return true;
    if (isInner(scene, edge)) return false;
    screenCurve(scene, edge, camera, size, p);
    const x = (p[0]! + 3 * p[2]! + 3 * p[4]! + p[6]!) / 8;
    const y = (p[1]! + 3 * p[3]! + 3 * p[5]! + p[7]!) / 8;
    return inside(polygon, x, y);
  });
}
