import { type ComparedEdge, importance, type KnownComparison } from "../compare.ts";
import { shownLatents } from "../latents/shown-latents.ts";
import type { CircuitReport } from "../types.ts";
import { boxesOf } from "./boxes.ts";
import { foldBlocks } from "./fold.ts";
import { type Contents, contentsOf, drawnEdges, every } from "./lanes.ts";
import { type Placed, place } from "./place.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What pictures have to fit. */
export interface Screen {
  /** A picture up to this size is left as it is, and may have two open blocks. */
  readonly whole: Size;
  /** What a folded one has to fit. */
  readonly folded: Size;
  /** How wide one by token may be. */
  readonly columns: number;
}

/** With a page around it. */
export const desk: Screen = {
  whole: { width: 1400, height: 800 },
  folded: { width: 1040, height: 600 },
  columns: 1100,
};
/** Where a picture by token is seen at half its size. */
export const phone: Screen = {
  whole: { width: 640, height: 600 },
  folded: { width: 640, height: 600 },
  columns: 640,
};
/** Where it gets too wide, so many boxes of a block's heads are left at a position at least. */
const fewestHeads = 3;

/** How much of what edges of the circuit touch is folded. */
export interface Folded {
  readonly blocks: number;
  readonly positions: number;
  /** Heads that share a box, counted at each position. */
  readonly heads: number;
}

/** A picture and its layout. */
export interface Picture {
  readonly contents: Contents;
  readonly placed: Placed;
  readonly folded: Folded;
}

/** What is left open: so many of the strongest blocks and positions, so many boxes of a block's heads. */
interface Open {
  readonly blocks: number;
  /** Null: not by token, or all. */
  readonly positions: number | null;
  /** So many of the strongest positions have a column of their own, folded or not. */
  readonly alone: number;
  readonly heads: number;
}

/**
 * Lays a circuit out. Blocks that no edge touches are a thin band. Where the picture is larger than the screen, those with the weakest edges
 * are bands too, as many as it takes. Where one by token is still too wide, positions with the weakest edges become narrow columns,
 * and weaker heads share a box.
 *
 * @param screen null: nothing is folded
 */
export function pictureOf(
  report: CircuitReport,
  comparison: KnownComparison,
  maxEdges: number,
  screen: Screen | null,
): Picture {
  const boxes = boxesOf(report.graph, shownLatents(report.graph, comparison.edges));
  const drawn = drawnEdges(comparison.edges, maxEdges);
  const blocks = strongestFirst(drawn, ({ src, dest }) => [boxes.ofSrc[src]!.block, boxes.ofDest[dest]!.box.block]);
  const positions = strongestFirst(drawn, ({ token }) => [token]);
  const full = picture({ blocks: blocks.length, positions: null, alone: 0, heads: every });
  // With outlines nothing is folded.
  if (screen === null || full.contents.outlines || fits(full, screen.whole)) return full;
  const byToken = report.graph.seqLen !== null;
  const columns = byToken ? positions.length : null;
  const large = byToken ? { ...screen.whole, width: screen.columns } : screen.whole;
  // The more blocks are open the larger it is: the most that fit. Bands alone would say nothing, so one block is open in any case.
  const open = most(Math.min(1, blocks.length), blocks.length, (n) =>
    fits(picture({ blocks: n, positions: columns, alone: 0, heads: every }), n === 2 ? large : screen.folded),
  );
  const first = { blocks: open, positions: columns, alone: 0, heads: every };
  const narrow = (tried: Open) => picture(tried).placed.width <= large.width;
  if (narrow(first)) return picture(first);
  const fewest = { ...first, heads: fewestHeads };
  const kept = columns && most(Math.min(1, columns), columns, (n) => narrow({ ...fewest, positions: n }));
  const alone =
    kept === null ? 0 : most(kept, positions.length, (n) => narrow({ ...fewest, positions: kept, alone: n }));
  const folded = { ...fewest, positions: kept, alone };
  const widest = Math.max(fewestHeads, ...boxes.rows.map((row) => row.length));
  const heads = most(fewestHeads, widest, (n) => narrow({ ...folded, heads: n }));
  return picture({ ...folded, heads });

  function strongest(n: number): ReadonlySet<number> {
    return new Set(positions.slice(0, n));
  }

  function picture(open: Open): Picture {
    const contents = contentsOf(report.graph, boxes, comparison, maxEdges, {
      boxes: foldBlocks(boxes, new Set(blocks.slice(0, open.blocks))),
      positions: open.positions === null ? null : { open: strongest(open.positions), alone: strongest(open.alone) },
      mostHeads: open.heads,
    });
    const folded = contents.outlines
      ? { blocks: 0, positions: 0, heads: 0 }
      : {
          blocks: blocks.length - open.blocks,
          positions: open.positions === null ? 0 : positions.length - open.positions,
          heads: sharing(contents),
        };
    return { contents, placed: place(report, contents), folded };
  }
}

/** What edges touch, by the sum of their scores. */
function strongestFirst(
  edges: readonly ComparedEdge[],
  touched: (edge: ComparedEdge) => readonly (number | null)[],
): number[] {
  const strength = new Map<number, number>();
  for (const edge of edges) {
    for (const at of touched(edge)) {
      if (at !== null) strength.set(at, (strength.get(at) ?? 0) + Math.max(0, importance(edge.score)));
    }
  }
  return [...strength].sort(([a, x], [b, y]) => (x === y ? a - b : y > x ? 1 : -1)).map(([at]) => at);
}

/** The largest number from `least` to `all` that is right; `least` where none is. What is right for a number is so for smaller ones. */
function most(least: number, all: number, right: (n: number) => boolean): number {
  let [low, high] = [least, all + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (right(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function sharing({ lanes, rows }: Contents): number {
  const ids = rows.flat().flatMap(({ id, kind }) => (kind === "heads" ? [id] : []));
  return lanes.reduce((sum, { members }) => ids.reduce((n, id) => n + (members.get(id)?.length ?? 0), sum), 0);
}

function fits({ placed }: Picture, size: Size): boolean {
  return placed.width <= size.width && placed.height <= size.height;
}
