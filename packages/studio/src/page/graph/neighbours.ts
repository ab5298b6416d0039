import type { Scene } from "./scene.ts";

/** The direction of an arrow key. */
export type Direction = "up" | "down" | "left" | "right";

/** The node that lies next to one in a direction: near, and not far off its line; itself where there is none. */
export function neighbour(scene: Scene, node: number, direction: Direction): number {
  const at = scene.nodes[node]!;
  const across = direction === "left" || direction === "right";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  let best = node;
  let cost = Number.POSITIVE_INFINITY;
  scene.nodes.forEach((other, index) => {
    const along = (across ? other.x - at.x : other.y - at.y) * sign;
    const off = Math.abs(across ? other.y - at.y : other.x - at.x);
    // Along a row only the row itself counts, and what stands a little above or below it.
    if (along <= 1 || (across && off > at.height * 2.2)) return;
    const own = along + off * (across ? 3 : 1.5);
    if (own < cost) {
      cost = own;
      best = index;
    }
  });
  return best;
}

/** Whether a point lies within a closed line. */
export function inside(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let within = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}
