import { pixels } from "../text-width.ts";
import { framePad, meaningLine, meaningLines, meaningWidth, shortName } from "./autoencoder-boxes.ts";
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
  /** Height of the boxes of latents. */
  readonly latentHeight: number;
  /** Top and bottom of every row; y grows downwards, row 0 lies at the bottom. */
  readonly rows: readonly { readonly top: number; readonly bottom: number }[];
  readonly height: number;
}

/** Size of the text in boxes. */
export const labelSize = 11;
const barHeight = 22;
const boxHeight = 26;
/** Height of a box that what an autoencoder writes stands above. */
const ownerHeight = 20;
const bandHeight = 16;
/** Height of a head that shows its entry points. */
export const portedHeight = 36;

/** Height of a box that stands in a row by itself. */
export function heightOf(box: Pick<Box, "kind" | "ports">): number {
  if (box.kind === "resid") return barHeight;
  if (box.kind === "band") return bandHeight;
  return box.ports.length > 0 ? portedHeight : boxHeight;
}

/** How high a box is, and how far above the bottom of its row. */
export interface Stand {
  readonly rise: number;
  readonly height: number;
}

/**
 * Where the boxes of a lane stand in their rows: what an autoencoder writes above what the autoencoder is of.
 *
 * @param owners Names of the boxes that something stands above.
 */
export function standOf(box: Box, owners: ReadonlySet<string>, latentHeight: number): Stand {
  if (box.owner !== undefined) {
    const below = box.owner.startsWith("Resid ") ? barHeight : ownerHeight + framePad;
    return { rise: below + framePad, height: latentHeight };
  }
  if (!owners.has(box.name) || isBar(box)) return { rise: 0, height: heightOf(box) };
  return { rise: framePad, height: ownerHeight };
}

/** Chooses sizes from how much there is to draw. The space between two rows grows with the edges that turn there. */
export function metricsOf(lanes: readonly Lane[], rowCount: number): Metrics {
  const boxes = lanes.flatMap((lane) =>
    lane.rows.flat().map(({ box }) => ({ box, members: lane.members.get(box.id) })),
  );
  const widest = Math.max(
    0,
    ...boxes
      .filter(({ box }) => !isBar(box))
      .map(({ box, members }) => Math.max(pixels(shortName(box, members), labelSize) + 14, meaningWidth(box.label))),
  );
  const boxWidth = Math.round(Math.min(130, Math.max(50, widest)));
  const latentHeight =
    boxHeight - 2 + meaningLine * Math.max(0, ...boxes.map(({ box }) => meaningLines(box.label, boxWidth).length));
  const busiest = Math.max(0, ...lanes.map((lane) => lane.lines.length));
  const pitch = busiest <= 40 ? 9 : busiest <= 150 ? 6.5 : 5;
  const channels = Array.from({ length: rowCount - 1 }, (_, c) => Math.max(...lanes.map((lane) => turns(lane, c))));
  const rows: { top: number; bottom: number }[] = [];
  let up = 0;
  for (let r = 0; r < rowCount; r++) {
    const height = Math.max(...lanes.map((lane) => rowHeight(lane, r, latentHeight)));
    rows.push({ bottom: up, top: up + height });
    up += height + Math.min(96, 30 + 1.6 * (channels[r] ?? 0));
  }
  const height = rows.at(-1)!.top;
  return {
    boxWidth,
    pitch,
    tip: busiest <= 150 ? 7 : 5,
    latentHeight,
    rows: rows.map((row) => ({ top: height - row.top, bottom: height - row.bottom })),
    height,
  };
}

/** Up to the top of the highest box, or of the frame around it. */
function rowHeight({ rows }: Lane, r: number, latentHeight: number): number {
  const boxes = rows[r]!.map(({ box }) => box);
  const owners = new Set(boxes.flatMap(({ owner }) => owner ?? []));
  const tops = boxes.map((box) => {
    const { rise, height } = standOf(box, owners, latentHeight);
    return rise + height + (box.owner === undefined ? 0 : framePad);
  });
  return Math.max(0, ...tops);
}

/** Edges that turn sideways between row c and the row above; those that meet a bar go straight. */
function turns(lane: Lane, c: number): number {
  return lane.lines.filter(
    ({ src, dest }) => (src.row === c && !isBar(src.box)) || (dest.row === c + 1 && !isBar(dest.box)),
  ).length;
}
