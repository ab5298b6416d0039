import { cell, type Scene } from "./scene.ts";

/**
 * The cubic of an edge in world units: out of the top of one node, into the bottom of another. Edges within a column bow into the gap
 * beside it, so that they pass no boxes.
 *
 * @param out - takes x and y of the four points
 */
export function edgeCurve(scene: Scene, edge: number, out: Float64Array): void {
  const a = scene.nodes[scene.from[edge]!]!;
  const b = scene.nodes[scene.to[edge]!]!;
  const port = scene.port[edge]!;
  const x1 = b.x + port;
  // A wide box lets edges out and in where they come from.
  const x0 = a.x + spread(a.width, x1 - a.x);
  const end = x1 + (port === 0 ? spread(b.width, x0 - x1) : 0);
  const y0 = a.y - a.height / 2;
  const y1 = b.y + b.height / 2;
  const rise = Math.max(y0 - y1, scene.rowHeight * 0.3);
  const lean = Math.min(rise * 0.45, scene.rowHeight * 2.2);
  const near = Math.max(0, 1 - Math.abs(end - x0) / cell.width);
  // The farther an edge goes up its column, the farther out it goes, but never as far as the next column.
  const far = Math.min(1, 0.35 + rise / (scene.rowHeight * 14));
  const bow =
    rise > scene.rowHeight * 0.9 ? near * Math.max(cell.width * 0.6, (scene.columnWidth - cell.node) * far) : 0;
  out[0] = x0;
  out[1] = y0;
  out[2] = x0 + bow;
  out[3] = y0 - lean;
  out[4] = end + bow;
  out[5] = y1 + lean;
  out[6] = end;
  out[7] = y1;
}

function spread(width: number, towards: number): number {
  const room = width / 2 - cell.node / 2;
  return room <= 1 ? 0 : Math.max(-room, Math.min(room, towards));
}
