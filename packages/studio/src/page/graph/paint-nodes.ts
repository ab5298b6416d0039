import { type Camera, toScreen, type ViewSize } from "./camera.ts";
import { behind, type Scene, type SceneNode } from "./scene.ts";
import type { Theme } from "./theme.ts";

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif";

/** How a node is painted. */
export interface NodeMarks {
  /** Whether an edge of the circuit touches it. */
  used(node: number): boolean;
  pinned(node: number): boolean;
}

/** Paints the boxes that are in view, with their labels where these can be read. */
export function paintNodes(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  camera: Camera,
  size: ViewSize,
  theme: Theme,
  marks: NodeMarks,
): void {
  const { zoom } = camera;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  scene.nodes.forEach((node, index) => {
    const [x, y] = toScreen(camera, size, node.x, node.y);
    const w = node.width * zoom;
    const h = node.height * zoom;
    if (x + w < 0 || y + h < 0 || x - w > size.width || y - h > size.height) return;
    const used = marks.used(index);
    // A group has a second box behind it.
    for (const by of node.kind === "group" ? [behind * zoom, 0] : [0]) {
      box(ctx, x + by, y - by, w, h, radiusOf(node, h));
      ctx.fillStyle = used ? theme.box : theme.boxIdle;
      ctx.fill();
      if (zoom > 0.12) {
        ctx.lineWidth = used ? Math.min(1.25, 0.6 + zoom * 0.6) : 1;
        ctx.strokeStyle = used ? theme.line : theme.faint;
        ctx.stroke();
      }
    }
    if (marks.pinned(index)) {
      ctx.fillStyle = theme.ink;
      ctx.beginPath();
      ctx.arc(x + w / 2 - 1, y - h / 2 + 1, Math.max(2, 3 * zoom), 0, 7);
      ctx.fill();
    }
    // Small boxes have labels as long as there is room for letters that can be read.
    const px = Math.min(13, Math.max(11 * zoom, Math.min(8.5, h - 0.8)));
    if (px < 6.8) return;
    ctx.fillStyle = used ? theme.ink : theme.soft;
    ctx.font = `${used ? 500 : 400} ${px}px ${font}`;
    ctx.fillText(node.label, x, y + 0.5, w - 2);
    if (zoom >= 0.95) paintPorts(ctx, node, x, y + h / 2, zoom, theme);
  });
}

/** Letters under a head where its queries, keys and values come in. */
function paintPorts(
  ctx: CanvasRenderingContext2D,
  node: SceneNode,
  x: number,
  bottom: number,
  zoom: number,
  theme: Theme,
): void {
  // A letter only tells several inputs apart.
  if (node.ports.length < 2) return;
  ctx.fillStyle = theme.soft;
  ctx.font = `400 ${Math.min(9, 7 * zoom)}px ${font}`;
  ctx.strokeStyle = theme.paper;
  ctx.lineWidth = 3;
  for (const port of node.ports) {
    ctx.strokeText(port.label, x + port.x * zoom + 5, bottom + 6);
    ctx.fillText(port.label, x + port.x * zoom + 5, bottom + 6);
  }
}

/** Paints the captions of rows and columns at the rim of the view. */
export function paintCaptions(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  camera: Camera,
  size: ViewSize,
  theme: Theme,
): void {
  ctx.font = `500 10px ${font}`;
  ctx.textBaseline = "middle";
  let last = Number.POSITIVE_INFINITY;
  for (const { label, y } of scene.rows) {
    const [, sy] = toScreen(camera, size, 0, y);
    if (sy < 4 || sy > size.height - 4 || last - sy < 13) continue;
    last = sy;
    caption(ctx, label, 6 + ctx.measureText(label).width / 2, sy, theme);
  }
  let right = -1;
  for (const { label, x, width, varying } of scene.columns) {
    const [sx] = toScreen(camera, size, x, 0);
    const clipped = clip(ctx, label.replaceAll("\n", "⏎"), Math.max(14, width * camera.zoom - 8));
    const shown = varying ? `${clipped}*` : clipped;
    const half = ctx.measureText(shown).width / 2;
    if (sx - half < Math.max(right, 28) || sx + half > size.width - 4) continue;
    right = sx + half + 10;
    caption(ctx, shown, sx, size.height - 12, theme);
  }
}

/** Paints a line of text into the upper left corner, right of the captions of the rows. */
export function paintRemark(ctx: CanvasRenderingContext2D, text: string, theme: Theme): void {
  ctx.font = `500 10px ${font}`;
  ctx.textBaseline = "middle";
  caption(ctx, text, 34 + ctx.measureText(text).width / 2, 14, theme);
}

function caption(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, theme: Theme): void {
  const half = ctx.measureText(text).width / 2;
  ctx.globalAlpha = 0.85;
  ctx.fillStyle = theme.paper;
  ctx.fillRect(x - half - 3, y - 8, half * 2 + 6, 16);
  ctx.globalAlpha = 1;
  ctx.fillStyle = theme.soft;
  ctx.textAlign = "center";
  ctx.fillText(text, x, y);
}

function clip(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  let end = text.length;
  while (end > 1 && ctx.measureText(`${text.slice(0, end)}…`).width > room) end--;
  return `${text.slice(0, end)}…`;
}

/** The outline of a box, as a path. */
export function box(ctx: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, radius: number): void {
  ctx.beginPath();
  ctx.roundRect(x - w / 2, y - h / 2, w, h, radius);
}

export function radiusOf(node: SceneNode, height: number): number {
  return ["head", "keys", "group"].includes(node.kind) ? height * 0.28 : height * 0.5;
}
