import { importance, type KnownComparison } from "../compare.ts";
import { shownLatents } from "../latents/shown-latents.ts";
import type { CircuitReport } from "../types.ts";
import { boxesOf } from "./boxes.ts";
import { foldBlocks } from "./fold.ts";
import { type Contents, contentsOf, drawnEdges } from "./lanes.ts";
import { type Placed, place } from "./place.ts";

/** A picture up to this size is left as it is. */
const whole = { width: 1400, height: 800 };
/** What a folded one has to fit: a screen with a page around it. One with two open blocks may be as large as one that is left whole. */
const screen = { width: 1040, height: 600 };

/** A picture and its layout. */
export interface Picture {
  readonly contents: Contents;
  readonly placed: Placed;
  /** Blocks that are folded though edges of the circuit touch them. */
  readonly folded: number;
}

/**
 * Lays a circuit out. Blocks that no edge touches are a thin band. With `fold`, where the picture is larger than a screen, those with the
 * weakest edges are bands too, as many as it takes.
 */
export function pictureOf(
  report: CircuitReport,
  comparison: KnownComparison,
  maxEdges: number,
  fold: boolean,
): Picture {
  const boxes = boxesOf(report.graph, shownLatents(report.graph, comparison.edges));
  const strengths = strengthOfBlocks();
  const ranked = [...strengths].sort(([a, x], [b, y]) => (x === y ? a - b : y > x ? 1 : -1)).map(([block]) => block);
  const full = picture(ranked.length);
  // With outlines nothing is folded.
  if (!fold || full.contents.outlines || fits(full, whole)) return full;
  // The more blocks are open the larger it is: the most that fit. Bands alone would say nothing, so one block is open in any case.
  let [low, high] = [Math.min(1, ranked.length), ranked.length];
  let best = picture(low);
  while (high - low > 1) {
    const open = Math.floor((low + high) / 2);
    const tried = picture(open);
    if (fits(tried, open === 2 ? whole : screen)) [low, best] = [open, tried];
    else high = open;
  }
  return best;

  function picture(open: number): Picture {
    const graph = foldBlocks(boxes, new Set(ranked.slice(0, open)));
    const contents = contentsOf(report.graph, boxes, comparison, maxEdges, graph);
    return { contents, placed: place(report, contents), folded: contents.outlines ? 0 : ranked.length - open };
  }

  /** Blocks with an edge, and the sum of their edges' scores. */
  function strengthOfBlocks(): Map<number, number> {
    const strength = new Map<number, number>();
    for (const edge of drawnEdges(comparison.edges, maxEdges)) {
      for (const { block } of [boxes.ofSrc[edge.src]!, boxes.ofDest[edge.dest]!.box]) {
        if (block === null) continue;
        strength.set(block, (strength.get(block) ?? 0) + Math.max(0, importance(edge.score)));
      }
    }
    return strength;
  }
}

function fits({ placed }: Picture, size: { width: number; height: number }): boolean {
  return placed.width <= size.width && placed.height <= size.height;
}
