import type { ComparedEdge, OfficialComparison } from "../compare.ts";
import { importance } from "../compare.ts";
import type { ReportGraph } from "../types.ts";
import type { Box, BoxGraph } from "./boxes.ts";
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

/** Chooses what to draw: the most important edges, the boxes they touch, and in small models the others too. */
export function contentsOf(
  graph: ReportGraph,
  boxes: BoxGraph,
  comparison: OfficialComparison,
  maxEdges: number,
): Contents {
  const drawn = chooseEdges(comparison.edges, maxEdges);
  const positions = graph.tokens ?? 1;
  const widest = Math.max(...boxes.rows.map((row) => row.length));
  const outlines = boxes.boxes.length <= 40 && (positions === 1 || widest * positions <= 12);
  const byToken = new Map<number, ComparedEdge[]>();
  for (const edge of drawn) {
    const token = edge.token ?? 0;
    byToken.set(token, [...(byToken.get(token) ?? []), edge]);
  }
  const touched = new Set(drawn.flatMap((e) => [boxes.ofSrc[e.src]!.id, boxes.ofDest[e.dest]!.box.id]));
  const ends = new Set([boxes.rows[0]!, boxes.rows.at(-1)!].flat().filter((box) => box.kind === "resid"));
  const rows = boxes.rows
    .map((row) => row.filter((box) => outlines || touched.has(box.id) || ends.has(box)))
    .filter((row) => row.length > 0);
  const rowBox = new Map<number, RowBox>();
  rows.forEach((row, index) => {
    for (const box of row) rowBox.set(box.id, { id: box.id, row: index, box });
  });
  const lane = (tokens: [number, number] | null, edges: readonly ComparedEdge[]): Lane => {
    const lines = edges.map((edge): Line => {
      const { box, port } = boxes.ofDest[edge.dest]!;
      return { edge, src: rowBox.get(boxes.ofSrc[edge.src]!.id)!, dest: rowBox.get(box.id)!, port };
    });
    const used = new Set(lines.flatMap((line) => [line.src.id, line.dest.id]));
    const shown = (box: Box) =>
      outlines || used.has(box.id) || (ends.has(box) && (tokens === null || lines.length > 0));
    return { tokens, lines, used, rows: rows.map((row) => row.filter(shown).map((box) => rowBox.get(box.id)!)) };
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

/** At most `max` edges, least important first; the published circuit's edges go before all others. */
function chooseEdges(edges: readonly ComparedEdge[], max: number): ComparedEdge[] {
  const published = edges.filter((edge) => edge.status === "found" || edge.status === "missed");
  const others = edges.filter((edge) => edge.status === "circuit" || edge.status === "extra");
  const chosen = [...published, ...others].slice(0, max);
  // A missed edge has no score; it is drawn on top, being what a reader looks for.
  const rank = (edge: ComparedEdge) => (edge.status === "missed" ? Number.POSITIVE_INFINITY : importance(edge.score));
  return chosen.reverse().sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) < rank(b) ? -1 : 1));
}
