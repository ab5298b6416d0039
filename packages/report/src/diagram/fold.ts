import { type Box, type BoxGraph, isBar } from "./boxes.ts";

/**
 * The same graph with blocks folded: neighbouring ones that are not open become one band across the picture, which stands for all their
 * heads and MLPs.
 *
 * @param open Blocks that stay as they are.
 */
export function foldBlocks(graph: BoxGraph, open: ReadonlySet<number>): BoxGraph {
  const boxes: Box[] = [];
  const rows: Box[][] = [];
  const now = new Map<Box, Box>();
  const closed = (row: readonly Box[] | undefined) => {
    const block = row?.[0]?.block ?? null;
    return block !== null && !open.has(block);
  };
  let first = 0;
  while (first < graph.rows.length) {
    let next = first + 1;
    const row = rows.length;
    if (closed(graph.rows[first])) {
      while (closed(graph.rows[next])) next++;
      const inside = graph.rows.slice(first, next).flat();
      const band = bandOf(inside, boxes.length, row);
      for (const box of inside) now.set(box, band);
      boxes.push(band);
      rows.push([band]);
    } else {
      const kept = graph.rows[first]!.map((box, i) => ({ ...box, id: boxes.length + i, row }));
      graph.rows[first]!.forEach((box, i) => void now.set(box, kept[i]!));
      boxes.push(...kept);
      rows.push(kept);
    }
    first = next;
  }
  return {
    boxes,
    rows,
    ofSrc: graph.ofSrc.map((box) => now.get(box)!),
    ofDest: graph.ofDest.map(({ box, port }) => {
      const folded = now.get(box)!;
      return { box: folded, port: isBar(folded) ? null : port };
    }),
  };
}

function bandOf(inside: readonly Box[], id: number, row: number): Box {
  const blocks = [inside[0]!.block!, inside.at(-1)!.block!] as const;
  const name = blocks[0] === blocks[1] ? `block ${blocks[0]}` : `blocks ${blocks[0]}–${blocks[1]}`;
  return { id, row, name, kind: "band", block: null, ports: [], blocks };
}
