import type { Line } from "./line.ts";
import type { Metrics } from "./metrics.ts";
import type { Point } from "./point.ts";

/** A coordinate with one decimal: enough for the eye, and the same text on every machine. */
export function coordinate(x: number): string {
  const rounded = Math.round(x * 10) / 10;
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

/**
 * SVG path of an edge, from the top of the source to just below the destination, where the tip is drawn. It turns only
 * between rows; past other rows it runs straight up its trunk.
 */
export function linePath(line: Line, from: Point, to: Point, trunk: number | undefined, metrics: Metrics): string {
  const above = (row: number) => metrics.rows[row]!.top;
  const below = (row: number) => metrics.rows[row]!.bottom;
  const end = to.y + metrics.tip - 1;
  const parts = [`M${coordinate(from.x)} ${coordinate(from.y)}`];
  let here: Point = from;
  const up = (y: number) => {
    if (y < here.y - 0.05) parts.push(`V${coordinate(y)}`);
    here = { x: here.x, y };
  };
  const turn = (x: number, y: number) => {
    if (Math.abs(x - here.x) < 0.05) return up(y);
    const middle = coordinate((here.y + y) / 2);
    const control = `${coordinate(here.x)} ${middle} ${coordinate(x)} ${middle}`;
    parts.push(`C${control} ${coordinate(x)} ${coordinate(y)}`);
    here = { x, y };
  };
  up(above(line.src.row));
  if (trunk !== undefined) {
    turn(trunk, below(line.src.row + 1));
    up(above(line.dest.row - 1));
  }
  turn(to.x, end + 2);
  up(end);
  return parts.join("");
}
