import type { ComparedEdge, KnownComparison } from "../compare.ts";
import { importance } from "../compare.ts";
import type { ReportGraph } from "../types.ts";
import type { Box, BoxGraph, Port } from "./boxes.ts";
import type { Line, RowBox } from "./line.ts";

/** What stands at one token position (or, in a graph that is not by token, everything). */
export interface Lane {
  /** First and last position; equal but for positions without edges, which are drawn as one. Null: not by token. */
  readonly tokens: readonly [number, number] | null;
  readonly lines: readonly Line[];
  /** Boxes of every shown row. */
  readonly rows: readonly (readonly RowBox[])[];
  /** Ids of boxes that an edge of this lane touches. */
  readonly used: ReadonlySet<number>;
  /** By the id of a band: edges between its blocks, which are not drawn. */
  readonly inside: ReadonlyMap<number, number>;
}

/** The contents of a diagram, before anything has a place. */
export interface Contents {
  readonly lanes: readonly Lane[];
  /** The boxes of the shown rows, bottom first. */
  readonly rows: readonly (readonly Box[])[];
  /** Whether components that no edge touches are drawn faintly. */
  readonly outlines: boolean;
  /** Edges drawn, least important first, so that important ones lie on top. */
  readonly drawn: readonly ComparedEdge[];
}

/**
 * Chooses what to draw: the most important edges, the boxes they touch, and in small models the others too.
 *
 * @param folded the same boxes, some blocks of them as bands
 */
export function contentsOf(
  graph: ReportGraph,
  boxes: BoxGraph,
  comparison: KnownComparison,
  maxEdges: number,
  folded: BoxGraph = boxes,
): Contents {
  const drawn = drawnEdges(comparison.edges, maxEdges);
  const positions = graph.tokens ?? 1;
  const widest = Math.max(...boxes.rows.map((row) => row.length));
  const outlines = boxes.boxes.length <= 40 && (positions === 1 || widest * positions <= 12);
  const byToken = new Map<number, ComparedEdge[]>();
  for (const edge of drawn) {
    const token = edge.token ?? 0;
    byToken.set(token, [...(byToken.get(token) ?? []), edge]);
  }
  // In a small model every box is drawn, and nothing is folded.
  const { rows: all, ofSrc, ofDest } = outlines ? boxes : folded;
  const touched = new Set(drawn.flatMap((e) => [ofSrc[e.src]!.id, ofDest[e.dest]!.box.id]));
  const ends = new Set([all[0]!, all.at(-1)!].flat().filter((box) => box.kind === "resid"));
  const rows = all
    .map((row) => row.filter((box) => outlines || touched.has(box.id) || ends.has(box) || box.kind === "band"))
    .filter((row) => row.length > 0);
  const rowBox = new Map<number, RowBox>();
  rows.forEach((row, index) => {
    for (const box of row) rowBox.set(box.id, { id: box.id, row: index, box });
  });
  const lane = (tokens: [number, number] | null, edges: readonly ComparedEdge[]): Lane => {
    const inside = new Map<number, number>();
    const bundles = new Map<
      string,
      { edge: ComparedEdge; others: ComparedEdge[]; src: Box; dest: Box; port: Port | null }
    >();
    // Least important first: the last of a bundle stands for it.
    for (const edge of edges) {
      const src = ofSrc[edge.src]!;
      const { box: dest, port } = ofDest[edge.dest]!;
      if (src === dest) {
        inside.set(src.id, (inside.get(src.id) ?? 0) + 1);
        continue;
      }
      const key = `${src.id} ${dest.id} ${port} ${edge.status}`;
      const before = bundles.get(key);
      bundles.delete(key);
      bundles.set(key, { edge, others: before ? [...before.others, before.edge] : [], src, dest, port });
    }
    const lines = [...bundles.values()].map(
      ({ edge, others, src, dest, port }): Line => ({
        edge,
        others: others.toReversed(),
        src: rowBox.get(src.id)!,
        dest: rowBox.get(dest.id)!,
        port,
      }),
    );
    const used = new Set(lines.flatMap((line) => [line.src.id, line.dest.id]));
    const shown = (box: Box) =>
      outlines ||
      used.has(box.id) ||
      inside.has(box.id) ||
      ((ends.has(box) || box.kind === "band") && (tokens === null || lines.length > 0));
    return {
      tokens,
      lines,
      used,
      inside,
      rows: rows.map((row) => row.filter(shown).map((box) => rowBox.get(box.id)!)),
    };
  };
  const lanes =
    graph.tokens === null
      ? [lane(null, drawn)]
      : tokenRuns(graph.tokens, byToken, outlines).map((run) => lane(run, byToken.get(run[0]) ?? []));
  return { lanes, rows, outlines, drawn };
}

/** All positions; three or more in a row without an edge become one run where there are many. */
function tokenRuns(tokens: number, edges: ReadonlyMap<number, unknown>, outlines: boolean): [number, number][] {
  const runs: [number, number][] = [];
  for (let token = 0; token < tokens; token++) {
    let end = token;
    while (!edges.has(token) && end + 1 < tokens && !edges.has(end + 1)) end++;
    if (outlines || end - token < 2) end = token;
    runs.push([token, end]);
    token = end;
  }
  return runs;
}

/** At most `max` edges, least important first; the known circuit's edges go before all others. */
export function drawnEdges(edges: readonly ComparedEdge[], max: number): ComparedEdge[] {
  const known = edges.filter((edge) => edge.status === "found" || edge.status === "missed");
  const others = edges.filter((edge) => edge.status !== "found" && edge.status !== "missed");
  const chosen = [...known, ...others].slice(0, max);
  // A missed edge has no score; it is drawn on top, being what a reader looks for.
  const rank = (edge: ComparedEdge) => (edge.status === "missed" ? Number.POSITIVE_INFINITY : importance(edge.score));
  return chosen.reverse().sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) < rank(b) ? -1 : 1));
}
