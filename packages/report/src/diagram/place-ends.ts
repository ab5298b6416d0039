import type { Port } from "./boxes.ts";
import type { Line } from "./line.ts";
import type { PlacedBox } from "./placed-box.ts";
import type { Point } from "./point.ts";
import type { Trunk } from "./trunks.ts";

/** Where the two ends of an edge touch their boxes. */
export interface Ends {
  readonly from: Point;
  readonly to: Point;
}

/**
 * Spreads edges over the top of their source and over the entry point of their destination, in the order in which they
 * come from the side, so that they do not cross there. A bar is met straight above or below the other end.
 */
export function placeEnds(
  lines: readonly Line[],
  boxes: ReadonlyMap<number, PlacedBox>,
  trunks: ReadonlyMap<Line, Trunk>,
  trunkX: ReadonlyMap<Line, number>,
): Map<Line, Ends> {
  const bar = (id: number) => boxes.get(id)!.box.kind === "resid";
  const entry = (line: Line) => centerOf(boxes.get(line.dest.id)!, line.port);
  const exit = (line: Line) => centerOf(boxes.get(line.src.id)!, null);
  const leaving = spread(
    lines.filter((line) => !bar(line.src.id)),
    (line) => String(line.src.id),
    // Edges that share a trunk leave as one.
    (line) => trunks.get(line) ?? line,
    (line) => trunkX.get(line) ?? (bar(line.dest.id) ? exit(line) : entry(line)),
    (line) => ({ center: exit(line), room: boxes.get(line.src.id)!.width - 18, step: 8 }),
  );
  const arriving = spread(
    lines.filter((line) => !bar(line.dest.id)),
    (line) => `${line.dest.id} ${line.port}`,
    (line) => line,
    (line) => trunkX.get(line) ?? (bar(line.src.id) ? entry(line) : exit(line)),
    (line) => {
      const { width } = boxes.get(line.dest.id)!;
      return { center: entry(line), room: line.port ? width / 3 - 7 : width - 18, step: line.port ? 5 : 9 };
    },
  );
  const ends = new Map<Line, Ends>();
  for (const line of lines) {
    const src = boxes.get(line.src.id)!;
    const dest = boxes.get(line.dest.id)!;
    const middle = trunkX.get(line);
    const fromX = leaving.get(line) ?? middle ?? arriving.get(line) ?? exit(line);
    const toX = arriving.get(line) ?? middle ?? fromX;
    ends.set(line, { from: { x: fromX, y: src.y }, to: { x: toX, y: dest.y + dest.height } });
  }
  return ends;
}

/** Center of a box, or of one of its entry points, which lie side by side in thirds. */
export function centerOf(placed: PlacedBox, port: Port | null): number {
  const { ports } = placed.box;
  const at = port === null ? 0.5 : (ports.indexOf(port) + 0.5) / ports.length;
  return placed.x + placed.width * at;
}

interface Room {
  readonly center: number;
  readonly room: number;
  readonly step: number;
}

/** For each group, puts its strands side by side in the order of `toward`. */
function spread<T>(
  lines: readonly Line[],
  group: (line: Line) => string,
  strand: (line: Line) => T,
  toward: (line: Line) => number,
  room: (line: Line) => Room,
): Map<Line, number> {
  const groups = new Map<string, Map<T, Line[]>>();
  for (const line of lines) {
    const strands = groups.get(group(line)) ?? new Map<T, Line[]>();
    groups.set(group(line), strands);
    strands.set(strand(line), [...(strands.get(strand(line)) ?? []), line]);
  }
  const x = new Map<Line, number>();
  for (const strands of groups.values()) {
    const sorted = [...strands.values()].sort((a, b) => toward(a[0]!) - toward(b[0]!));
    sorted.forEach((members, i) => {
      const { center, room: width, step } = room(members[0]!);
      const gap = sorted.length > 1 ? Math.min(step, width / (sorted.length - 1)) : 0;
      for (const line of members) x.set(line, center + (i - (sorted.length - 1) / 2) * gap);
    });
  }
  return x;
}
