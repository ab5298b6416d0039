import type { Camera, ViewSize } from "./camera.ts";
import { edgeCurve } from "./curve.ts";
import { Raster } from "./raster.ts";
import { cell, type Scene } from "./scene.ts";
import { type ShownEdges, status } from "./shown-edges.ts";
import { dashes, rgb, type Theme } from "./theme.ts";

/** Up to so many edges are drawn as lines of their own; more are drawn by density. */
const lineLimit = 1500;

const curve = new Float64Array(8);

/** The cubic of an edge in pixels of a view. */
export function screenCurve(scene: Scene, edge: number, camera: Camera, size: ViewSize, out: Float64Array): void {
  edgeCurve(scene, edge, out);
  const ox = size.width / 2 - camera.x * camera.zoom;
  const oy = size.height / 2 - camera.y * camera.zoom;
  for (let i = 0; i < 8; i += 2) {
    out[i] = out[i]! * camera.zoom + ox;
    out[i + 1] = out[i + 1]! * camera.zoom + oy;
  }
}

/** Draws one edge as a line. */
export function strokeEdge(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  edge: number,
  camera: Camera,
  size: ViewSize,
): void {
  screenCurve(scene, edge, camera, size, curve);
  ctx.beginPath();
  ctx.moveTo(curve[0]!, curve[1]!);
  ctx.bezierCurveTo(curve[2]!, curve[3]!, curve[4]!, curve[5]!, curve[6]!, curve[7]!);
  ctx.stroke();
}

/** How painting shares its time with the page. */
export interface Slices {
  /** Milliseconds at a time. */
  milliseconds: number;
  /** Waits for the next slice; false stops. */
  rest: () => Promise<boolean>;
}

/**
 * Paints edges in slices of time, so that the page goes on answering; gives the raster in which edges are found, or null if stopped.
 *
 * @param ratio - pixels of the canvas a CSS pixel
 */
export async function paintEdges(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  shown: ShownEdges,
  camera: Camera,
  size: ViewSize,
  ratio: number,
  theme: Theme,
  slices: Slices,
): Promise<Raster | null> {
  const { edges, status: kinds, strength, counts } = shown;
  const lines = edges.length <= lineLimit;
  const zoomed = { x: camera.x, y: camera.y, zoom: camera.zoom * ratio };
  const pixels = { width: Math.round(size.width * ratio), height: Math.round(size.height * ratio) };
  const used = lines ? [0] : [...counts.keys()].filter((kind) => counts[kind]! > 0);
  const raster = new Raster(pixels.width, pixels.height, Math.max(1, used.length));
  const bundles = lines ? null : bundled(scene, shown, zoomed.zoom);
  let end = performance.now() + slices.milliseconds;
  for (let i = 0; i < edges.length; i++) {
    if ((i & 63) === 0 && performance.now() > end) {
      if (!(await slices.rest())) return null;
      end = performance.now() + slices.milliseconds;
    }
    const weight = lines ? 0 : bundles ? bundles[i]! : inkOf(strength[i]!);
    if (bundles && weight === 0) continue;
    screenCurve(scene, edges[i]!, zoomed, pixels, curve);
    raster.curve(curve, lines ? 0 : used.indexOf(kinds[i]!), weight, edges[i]!);
  }
  if (lines) {
    strokeLines(ctx, scene, shown, camera, size, theme);
  } else {
    const image = raster.tint(
      used.map((kind) => rgb(theme.edges[kind]!)),
      0.55 / raster.meanDensity(),
    );
    const sheet = new OffscreenCanvas(pixels.width, pixels.height);
    sheet.getContext("2d")!.putImageData(image, 0, 0);
    ctx.drawImage(sheet, 0, 0, size.width, size.height);
  }
  return raster;
}

function inkOf(strength: number): number {
  return 0.2 + 0.8 * strength ** 2;
}

/** Ports nearer to each other than so many pixels are one. */
const onePort = 2.5;

/**
 * Where the ports of a head cannot be told apart, edges between the same two nodes are one line: the ink of all of them for the most
 * important, none for the others. Null where they can, or where there are too many nodes for a table of pairs.
 */
function bundled(scene: Scene, { edges, status: kinds, strength }: ShownEdges, zoom: number): Float32Array | null {
  const nodes = scene.nodes.length;
  if (zoom * cell.port > onePort || nodes > 1500) return null;
  const last = new Int32Array(nodes * nodes * 4).fill(-1);
  const ink = new Float32Array(edges.length);
  for (let i = 0; i < edges.length; i++) {
    const pair = (kinds[i]! * nodes + scene.from[edges[i]!]!) * nodes + scene.to[edges[i]!]!;
    const before = last[pair]!;
    ink[i] = inkOf(strength[i]!) + (before < 0 ? 0 : ink[before]!);
    if (before >= 0) ink[before] = 0;
    last[pair] = i;
  }
  return ink;
}

/** Few edges as lines, the more important the thicker. */
export function strokeLines(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  shown: ShownEdges,
  camera: Camera,
  size: ViewSize,
  theme: Theme,
): void {
  const many = Math.min(1, shown.edges.length / 400);
  const thick = Math.min(1.4, Math.max(0.55, camera.zoom));
  for (let i = 0; i < shown.edges.length; i++) {
    const kind = shown.status[i]!;
    const strength = shown.strength[i]!;
    ctx.strokeStyle = theme.edges[kind]!;
    ctx.globalAlpha = 0.9 - many * (0.62 - 0.5 * strength);
    ctx.lineWidth =
      thick * ((kind === status.circuit || kind === status.both ? 0.8 : 1.3) + (1.9 - many * 0.9) * strength ** 1.5);
    ctx.setLineDash(dashes[kind] as number[]);
    strokeEdge(ctx, scene, shown.edges[i]!, camera, size);
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}
