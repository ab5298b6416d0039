import { pixels } from "../text-width.ts";
import { type Box, isBar } from "./boxes.ts";
import type { Lane } from "./lanes.ts";

/** Sizes in pixels that all parts of a diagram share. */
export interface Metrics {
  /** Width of every box that is not a bar. */
  readonly boxWidth: number;
  /** Distance of two trunks in a gutter. */
  readonly pitch: number;
  /** Height of the tip at the end of an edge. */
  readonly tip: number;
  /** Top and bottom of every row; y grows downwards, row 0 lies at the bottom. */
  readonly rows: readonly { readonly top: number; readonly bottom: number }[];
  readonly height: number;
}

/** Size of the text in boxes. */
export const labelSize = 11;
const barHeight = 22;
const boxHeight = 26;
const bandHeight = 16;
/** Height of a head that shows its entry points. */
export const portedHeight = 36;

/** Height of a box. */
export function heightOf(box: Pick<Box, "kind" | "ports">): number {
  if (box.kind === "resid") return barHeight;
  if (box.kind === "band") return bandHeight;
  return box.ports.length > 0 ? portedHeight : boxHeight;
}

/** Chooses sizes from how much there is to draw. The space between two rows grows with the edges that turn there. */
export function metricsOf(lanes: readonly Lane[], rowCount: number): Metrics {
  const boxes = lanes.flatMap((lane) => lane.rows.flat()).map((rowBox) => rowBox.box);
  const widest = Math.max(0, ...boxes.filter((b) => !isBar(b)).map((b) => pixels(b.name, labelSize)));
  const busiest = Math.max(0, ...lanes.map((lane) => lane.lines.length));
  const pitch = busiest <= 40 ? 9 : busiest <= 150 ? 6.5 : 5;
  const channels = Array.from({ length: rowCount - 1 }, (_, c) => Math.max(...lanes.map((lane) => turns(lane, c))));
  const rows: { top: number; bottom: number }[] = [];
  let up = 0;
  for (let r = 0; r < rowCount; r++) {
    const height = Math.max(...lanes.map((lane) => Math.max(0, ...lane.rows[r]!.map((b) => heightOf(b.box)))));
    rows.push({ bottom: up, top: up + height });
    up += height + Math.min(96, 30 + 1.6 * (channels[r] ?? 0));
  }
  const height = rows.at(-1)!.top;
  return {
    boxWidth: Math.round(Math.min(130, Math.max(50, widest + 14))),
    pitch,
    tip: busiest <= 150 ? 7 : 5,
    rows: rows.map((row) => ({ top: height - row.top, bottom: height - row.bottom })),
    height,
  };
}

/** Edges that turn sideways between row c and the row above; those that meet a bar go straight. */
function turns(lane: Lane, c: number): number {
  return lane.lines.filter(
    ({ src, dest }) => (src.row === c && !isBar(src.box)) || (dest.row === c + 1 && !isBar(dest.box)),
  ).length;
}
