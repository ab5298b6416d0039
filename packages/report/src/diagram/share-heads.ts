import { type ComparedEdge, importance } from "../compare.ts";
import type { Box, BoxGraph } from "./boxes.ts";

/** The rows with a box more behind the heads of each, for those of them that have no box of their own at a position. */
export function withSharedBoxes({ rows, boxes }: BoxGraph): readonly (readonly Box[])[] {
  return rows.map((row, r) => {
    const last = row.findLastIndex(({ kind }) => kind === "head");
    if (last < 0) return row;
    const { block } = row[last]!;
    const box: Box = { id: boxes.length + r, row: r, name: `A${block} weaker heads`, kind: "heads", block, ports: [] };
    return [...row.slice(0, last + 1), box, ...row.slice(last + 1)];
  });
}

/**
 * Which heads share a box at a position: of more than `most` in a row those with the weakest edges, so that `most` boxes are left with theirs.
 *
 * @param rows as {@link withSharedBoxes} gives them
 */
export function sharedHeads(
  rows: readonly (readonly Box[])[],
  { ofSrc, ofDest }: BoxGraph,
  edges: readonly ComparedEdge[],
  most: number,
): ReadonlyMap<Box, Box> {
  const strength = new Map<Box, number>();
  for (const { src, dest, score } of edges) {
    const [from, to] = [ofSrc[src]!, ofDest[dest]!.box];
    if (from === to) continue;
    for (const box of [from, to]) strength.set(box, (strength.get(box) ?? 0) + Math.max(0, importance(score)));
  }
  const shared = new Map<Box, Box>();
  for (const row of rows) {
    const box = row.find(({ kind }) => kind === "heads");
    const heads = row.filter((head) => head.kind === "head" && strength.has(head));
    if (!box || heads.length <= most) continue;
    heads.sort((a, b) => strength.get(b)! - strength.get(a)! || a.id - b.id);
    for (const head of heads.slice(most - 1)) shared.set(head, box);
  }
  return shared;
}
