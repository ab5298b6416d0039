import type { EdgeStatus } from "../compare.ts";
import type { Line } from "./line.ts";

/**
 * The vertical part of long edges. Trunks run in the gutters between the columns, where no box stands, so an edge never
 * crosses a name. Edges of one source and status share a trunk until they part: this bundles large circuits.
 */
export interface Trunk {
  readonly source: number;
  readonly status: EdgeStatus;
  /** Gutter g lies left of column g; the last one right of the last column. */
  readonly gutter: number;
  /** First and last row passed. */
  readonly from: number;
  to: number;
  /** Place within the gutter, from the left. */
  track: number;
}

/** Trunks of a lane: which edge takes which, and how many tracks each gutter needs. */
export interface Trunks {
  readonly of: ReadonlyMap<Line, Trunk>;
  readonly tracks: readonly number[];
}

const portShift = { Q: -0.25, K: 0, V: 0.25 } as const;

/**
 * Picks a gutter for every edge that passes at least one row, by the sideways way it has to go, how full the gutter
 * already is, and whether its source has a trunk there.
 *
 * @param column Column of every box that has one (bars have none: an edge meets a bar wherever it arrives).
 */
export function assignTrunks(lines: readonly Line[], column: ReadonlyMap<number, number>, columns: number): Trunks {
  const of = new Map<Line, Trunk>();
  const gutters: Trunk[][] = Array.from({ length: columns + 1 }, () => []);
  const long = lines.filter((line) => line.dest.row - line.src.row > 1);
  long.sort((a, b) => a.src.row - b.src.row || a.src.id - b.src.id || b.dest.row - a.dest.row);
  for (const line of long) {
    const from = line.src.row + 1;
    const to = line.dest.row - 1;
    const start = column.get(line.src.id);
    const end = column.get(line.dest.id);
    let best = { cost: Number.POSITIVE_INFINITY, gutter: 0, trunk: undefined as Trunk | undefined };
    gutters.forEach((trunks, gutter) => {
      const trunk = trunks.find((t) => t.source === line.src.id && t.status === line.edge.status);
      const sideways =
        (start === undefined ? 0 : Math.abs(start + 0.5 - gutter)) +
        (end === undefined ? 0 : Math.abs(end + 0.5 + (line.port ? portShift[line.port] : 0) - gutter));
      const load = trunks.filter((t) => t !== trunk && t.from <= to && t.to >= from).length;
      const cost = sideways + load * 0.12 - (trunk ? 0.8 : 0);
      if (cost < best.cost - 1e-9) best = { cost, gutter, trunk };
    });
    const trunk = best.trunk ?? newTrunk(line, best.gutter, from, to);
    if (!best.trunk) gutters[best.gutter]!.push(trunk);
    trunk.to = Math.max(trunk.to, to);
    of.set(line, trunk);
  }
  return { of, tracks: gutters.map((trunks, gutter) => assignTracks(trunks, gutter === 0)) };
}

function newTrunk(line: Line, gutter: number, from: number, to: number): Trunk {
  return { source: line.src.id, status: line.edge.status, gutter, from, to, track: 0 };
}

/** Lets trunks share a track where one ends well before the next begins; returns the number of tracks. */
function assignTracks(trunks: Trunk[], fromRight: boolean): number {
  const ends: number[] = [];
  trunks.sort((a, b) => a.from - b.from || a.to - b.to || a.source - b.source);
  for (const trunk of trunks) {
    // One row between two trunks of a track: otherwise the end of the one looks like the start of the other.
    const free = ends.findIndex((end) => trunk.from >= end + 2);
    trunk.track = free < 0 ? ends.length : free;
    ends[trunk.track] = trunk.to;
  }
  // The leftmost gutter fills from the columns outwards, as the others do.
  if (fromRight) for (const trunk of trunks) trunk.track = ends.length - 1 - trunk.track;
  return ends.length;
}
