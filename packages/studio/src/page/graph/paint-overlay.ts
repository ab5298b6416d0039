import { type Camera, toScreen, type ViewSize } from "./camera.ts";
import { strokeEdge } from "./paint-edges.ts";
import { box, radiusOf } from "./paint-nodes.ts";
import type { Scene } from "./scene.ts";
import type { ShownEdges } from "./shown-edges.ts";
import { ablatedDash, dashes, type Theme } from "./theme.ts";

/** What is under the pointer. */
export type Hit = { node: number; edge?: undefined } | { edge: number; node?: undefined };

/** What lies over the painted edges. */
export interface Overlay {
  scene: Scene;
  shown: ShownEdges;
  /** Edges that are ablated. */
  ablated: ReadonlySet<number>;
  /** Node that is chosen: its edges are drawn out. */
  selected: number | null;
  /** Edge that is chosen in a list. */
  marked: number | null;
  /** Whether the keyboard is on the graph. */
  focused: boolean;
}

/** More edges of a node, or more ablated ones, than these are not drawn out one by one. */
const limits = { node: 600, ablated: 1500 } as const;

/** Paints what is chosen, ablated and pointed at. */
export function paintOverlay(
  ctx: CanvasRenderingContext2D,
  { scene, shown, ablated, selected, marked, focused }: Overlay,
  hit: Hit | null,
  lasso: readonly (readonly [number, number])[],
  camera: Camera,
  size: ViewSize,
  theme: Theme,
): void {
  const thick = Math.min(1.5, Math.max(0.7, camera.zoom));
  const node = hit?.node ?? selected;
  const stroke = (edge: number) => strokeEdge(ctx, scene, edge, camera, size);
  if (node !== null) {
    ctx.lineWidth = 1.5 * thick;
    ctx.globalAlpha = 0.85;
    for (const at of edgesOf(scene, shown, node)) {
      const kind = shown.status[at]!;
      ctx.strokeStyle = theme.edges[kind]!;
      ctx.setLineDash(dashes[kind] as number[]);
      stroke(shown.edges[at]!);
    }
    ctx.globalAlpha = 1;
  }
  paintAblated(ctx, ablated, thick, stroke, theme);
  for (const edge of [marked, hit?.edge ?? null]) {
    if (edge === null || edge >= scene.from.length) continue;
    ctx.lineWidth = 6 * thick;
    ctx.strokeStyle = theme.paper;
    stroke(edge);
    ctx.lineWidth = 3 * thick;
    ctx.strokeStyle = ablated.has(edge) ? theme.ablated : theme.ink;
    stroke(edge);
    for (const end of [scene.from[edge]!, scene.to[edge]!]) ring(ctx, scene, end, camera, size, theme.ink, 1.5);
  }
  if (selected !== null) ring(ctx, scene, selected, camera, size, theme.focus, focused ? 3 : 2);
  if (hit?.node !== undefined) ring(ctx, scene, hit.node, camera, size, theme.ink, 1.5);
  if (lasso.length > 1) {
    ctx.beginPath();
    for (const [x, y] of lasso) ctx.lineTo(x, y);
    ctx.closePath();
    ctx.globalAlpha = 0.12;
    ctx.fillStyle = theme.ablated;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = theme.ablated;
    ctx.lineWidth = 1.5;
    ctx.stroke();
  }
}

/** Few ablated edges hide the line that they had in the circuit; of many, only the dashes are drawn. */
function paintAblated(
  ctx: CanvasRenderingContext2D,
  ablated: ReadonlySet<number>,
  thick: number,
  stroke: (edge: number) => void,
  theme: Theme,
): void {
  let drawn = 0;
  for (const edge of ablated) {
    if (drawn++ >= limits.ablated) break;
    if (ablated.size <= 40) {
      ctx.setLineDash([]);
      ctx.strokeStyle = theme.paper;
      ctx.lineWidth = 4 * thick;
      stroke(edge);
    }
    ctx.setLineDash(ablatedDash as number[]);
    ctx.strokeStyle = theme.ablated;
    ctx.lineWidth = 2 * thick;
    ctx.globalAlpha = ablated.size > 40 ? 0.45 : 1;
    stroke(edge);
    ctx.globalAlpha = 1;
  }
  ctx.setLineDash([]);
}

/** Places among the shown edges of those that touch a node, the most important at the end; no more than can be told apart. */
function edgesOf(scene: Scene, shown: ShownEdges, node: number): number[] {
  const found: number[] = [];
  for (let i = shown.edges.length - 1; i >= 0 && found.length < limits.node; i--) {
    const edge = shown.edges[i]!;
    if (scene.from[edge] === node || scene.to[edge] === node) found.push(i);
  }
  return found.reverse();
}

function ring(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  node: number,
  camera: Camera,
  size: ViewSize,
  color: string,
  width: number,
): void {
  const at = scene.nodes[node];
  if (!at) return;
  const [x, y] = toScreen(camera, size, at.x, at.y);
  const h = at.height * camera.zoom + 4;
  box(ctx, x, y, at.width * camera.zoom + 4, h, radiusOf(at, h));
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}
