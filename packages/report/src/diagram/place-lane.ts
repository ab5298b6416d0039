import { isBar } from "./boxes.ts";
import { assignColumns } from "./columns.ts";
import { type Frame, framesOf, writtenIn } from "./frames.ts";
import type { Lane } from "./lanes.ts";
import type { Line } from "./line.ts";
import { linePath } from "./line-path.ts";
import { type Metrics, standOf } from "./metrics.ts";
import { placeEnds } from "./place-ends.ts";
import type { PlacedBox } from "./placed-box.ts";
import { assignTrunks } from "./trunks.ts";

/** An edge with its curve, which ends below the tip at (x, y). */
export interface PlacedLine {
  readonly line: Line;
  readonly path: string;
  readonly x: number;
  readonly y: number;
}

/** A lane laid out on its own. */
export interface PlacedLane {
  readonly lane: Lane;
  readonly width: number;
  readonly boxes: readonly PlacedBox[];
  readonly lines: readonly PlacedLine[];
  readonly frames: readonly Frame[];
}

/** Where the columns and the tracks of a lane lie. */
interface Grid {
  readonly width: number;
  /** Center of each column. */
  readonly column: readonly number[];
  /** Left edge of each gutter's first track. */
  readonly track: readonly number[];
}

/** Lays out one lane: columns for boxes, trunks for long edges between them, curves in the space between the rows. */
export function placeLane(lane: Lane, metrics: Metrics, minWidth: number): PlacedLane {
  const written = writtenIn(lane);
  const owners = new Set(written.keys());
  const { column, columns } = columnsOf(lane, written);
  const trunks = assignTrunks(lane.lines, column, columns);
  const grid = gridOf(trunks.tracks, columns, metrics, minWidth);
  const boxes = lane.rows.flatMap((row) =>
    row.map(({ id, row: r, box }): PlacedBox => {
      const bar = isBar(box);
      const width = bar ? grid.width : metrics.boxWidth;
      const { rise, height } = standOf(box, owners, metrics.latentHeight);
      const x = bar ? 0 : grid.column[column.get(id)!]! - width / 2;
      const usedPorts = new Set(lane.lines.flatMap((l) => (l.dest.id === id && l.port ? [l.port] : [])));
      return {
        box,
        x,
        y: metrics.rows[r]!.bottom - rise - height,
        width,
        height,
        used: lane.used.has(id),
        usedPorts,
        inside: lane.inside.get(id) ?? 0,
        members: lane.members.get(id) ?? [],
        above: written.get(box.name)?.length ?? 0,
      };
    }),
  );
  const trunkX = new Map(
    [...trunks.of].map(([line, trunk]) => [line, grid.track[trunk.gutter]! + trunk.track * metrics.pitch]),
  );
  const ends = placeEnds(lane.lines, new Map(boxes.map((b) => [b.box.id, b])), trunks.of, trunkX);
  const lines = lane.lines.map((line): PlacedLine => {
    const { from, to } = ends.get(line)!;
    return { line, path: linePath(line, from, to, trunkX.get(line), metrics), ...to };
  });
  return { lane, width: grid.width, boxes, lines, frames: framesOf(boxes) };
}

/**
 * Columns of all boxes but bars. What an autoencoder writes stands side by side, and what it is of below the middle of that.
 *
 * @param written ids of what stands above a box, by its name
 */
function columnsOf({ rows, lines }: Lane, written: ReadonlyMap<string, readonly number[]>) {
  const boxes = rows.flat();
  const middles = new Map(
    boxes.flatMap(({ id, box }) => {
      const above = written.get(box.name);
      return above && !isBar(box) ? [[id, above[Math.floor((above.length - 1) / 2)]!]] : [];
    }),
  );
  const placed = rows.map((row) => row.filter(({ id, box }) => !isBar(box) && !middles.has(id)).map(({ id }) => id));
  const joined = new Set([...written.values()].flatMap((ids) => ids.slice(1)));
  const columns = Math.max(0, ...placed.map((row) => row.length));
  const column = assignColumns(placed, neighborsOf(lines, middles), columns, joined);
  for (const [id, middle] of middles) column.set(id, column.get(middle)!);
  return { column, columns };
}

/** @param standIns in the place of boxes that have no column of their own */
function neighborsOf(lines: readonly Line[], standIns: ReadonlyMap<number, number>): Map<number, number[]> {
  const near = new Map<number, number[]>();
  const add = (a: number, b: number) => near.set(a, [...(near.get(a) ?? []), b]);
  for (const line of lines) {
    const [src, dest] = [line.src.id, line.dest.id].map((id) => standIns.get(id) ?? id) as [number, number];
    add(src, dest);
    add(dest, src);
  }
  return near;
}

function gridOf(tracks: readonly number[], columns: number, metrics: Metrics, minWidth: number): Grid {
  const gutter = tracks.map((n, g) => {
    const margin = g === 0 || g === columns ? 10 : 16;
    return n === 0 ? margin : margin + 8 + (n - 1) * metrics.pitch;
  });
  const natural = gutter.reduce((a, b) => a + b, 0) + columns * metrics.boxWidth;
  const spare = Math.max(0, minWidth - natural) / 2;
  const column: number[] = [];
  const track: number[] = [];
  let x = spare;
  gutter.forEach((width, g) => {
    track.push(x + (width - Math.max(0, tracks[g]! - 1) * metrics.pitch) / 2);
    x += width;
    if (g < columns) column.push(x + metrics.boxWidth / 2);
    x += metrics.boxWidth;
  });
  return { width: natural + 2 * spare, column, track };
}
