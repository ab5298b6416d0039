import type { ComparedEdge, KnownComparison } from "../compare.ts";
import { importance } from "../compare.ts";
import { isLatent } from "../latents/latent-name.ts";
import type { ReportGraph } from "../types.ts";
import { type Box, type BoxGraph, isWritten, type Port } from "./boxes.ts";
import type { Line, RowBox } from "./line.ts";
import { sharedHeads, withSharedBoxes } from "./share-heads.ts";
import { type TokenRun, tokenRuns } from "./token-runs.ts";

/** What stands at one position (or, in a graph that is not by token, everything). */
export interface Lane {
  /** First and last position; equal but for positions without edges and folded ones, which are drawn as one. Null: not by token. */
  readonly tokens: TokenRun | null;
  /** Edges at positions that are folded, which are not drawn. */
  readonly closed: readonly ComparedEdge[];
  readonly lines: readonly Line[];
  /** Boxes of every shown row. */
  readonly rows: readonly (readonly RowBox[])[];
  /** Ids of boxes that an edge of this lane touches, and of those that stand with them for what an autoencoder writes. */
  readonly used: ReadonlySet<number>;
  /** By the id of a band: edges between its blocks, which are not drawn. */
  readonly inside: ReadonlyMap<number, number>;
  /**
   * By the id of a box that several latents or heads share, and of a band for its latents: their names, of latents also those whose edges are
   * not drawn.
   */
  readonly members: ReadonlyMap<number, readonly string[]>;
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

/** No head shares a box. */
export const every = Number.POSITIVE_INFINITY;

/** What of a picture is folded. */
export interface Folding {
  /** The boxes, some blocks of them as bands. */
  readonly boxes: BoxGraph;
  /**
   * In a graph by token: positions that are not folded, and those that have a column of their own all the same. Others stand together with their
   * neighbours. Null: none is folded; three or more without an edge stand together.
   */
  readonly positions: { readonly open: ReadonlySet<number>; readonly alone: ReadonlySet<number> } | null;
  /** As many boxes as the heads of a block have at a position, of which the last stands for all weaker ones. */
  readonly mostHeads: number;
}

/**
 * Chooses what to draw: the most important edges, the boxes they touch, and in small models the others too.
 *
 * @param folding of the same boxes; by default nothing is folded
 */
export function contentsOf(
  graph: ReportGraph,
  boxes: BoxGraph,
  comparison: KnownComparison,
  maxEdges: number,
  folding: Folding = { boxes, positions: null, mostHeads: every },
): Contents {
  const drawn = drawnEdges(comparison.edges, maxEdges);
  const positions = graph.seqLen ?? 1;
  const widest = Math.max(...boxes.rows.map((row) => row.length));
  const outlines = boxes.boxes.length <= 40 && (positions === 1 || widest * positions <= 12);
  const byToken = new Map<number, ComparedEdge[]>();
  for (const edge of drawn) {
    const token = edge.token ?? 0;
    byToken.set(token, [...(byToken.get(token) ?? []), edge]);
  }
  // In a small model every box is drawn, and nothing is folded.
  const shown = outlines ? boxes : folding.boxes;
  const folded = outlines ? null : folding.positions;
  const mostHeads = outlines ? every : folding.mostHeads;
  const { ofSrc, ofDest } = shown;
  const all = mostHeads === every ? shown.rows : withSharedBoxes(shown);
  const membersAt = latentMembers(graph, comparison.edges, ofSrc);
  const alone = (token: number) =>
    outlines || (folded === null ? byToken.has(token) : folded.open.has(token) || folded.alone.has(token));
  const runs = graph.seqLen === null ? [null] : tokenRuns(graph.seqLen, alone, folded === null ? 3 : 2);
  const columns = runs.map((tokens) => {
    const [first, last] = tokens ?? [0, 0];
    const edges = Array.from({ length: last - first + 1 }, (_, i) => byToken.get(first + i) ?? []).flat();
    const closed = first !== last || (tokens !== null && folded !== null && !folded.open.has(first));
    const shared = sharedHeads(all, shown, closed ? [] : edges, mostHeads);
    return { tokens, edges, closed, shared };
  });
  const touched = withOwners(
    all.flat(),
    columns.flatMap(({ edges, closed, shared }) =>
      closed
        ? []
        : edges.flatMap((e) => [ofSrc[e.src]!, ofDest[e.dest]!.box].map((box) => (shared.get(box) ?? box).id)),
    ),
  );
  const ends = new Set([all[0]!, all.at(-1)!].flat().filter((box) => box.kind === "resid"));
  const rows = all
    .map((row) =>
      row.filter((box) => (outlines && !isWritten(box)) || touched.has(box.id) || ends.has(box) || box.kind === "band"),
    )
    .filter((row) => row.length > 0);
  const rowBox = new Map<number, RowBox>();
  rows.forEach((row, index) => {
    for (const box of row) rowBox.set(box.id, { id: box.id, row: index, box });
  });
  const lanes = columns.map(({ tokens, edges, closed, shared }): Lane => {
    const inside = new Map<number, number>();
    const bundles = new Map<
      string,
      { edge: ComparedEdge; others: ComparedEdge[]; src: Box; dest: Box; port: Port | null }
    >();
    // Least important first: the last of a bundle stands for it.
    for (const edge of closed ? [] : edges) {
      const from = ofSrc[edge.src]!;
      const to = ofDest[edge.dest]!;
      const src = shared.get(from) ?? from;
      const dest = shared.get(to.box) ?? to.box;
      const port = dest === to.box ? to.port : null;
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
    const members = new Map(membersAt.get(tokens?.[0] ?? 0));
    for (const [head, { id }] of shared) members.set(id, [...(members.get(id) ?? []), head.name]);
    const used = withOwners(
      rows.flat().filter(({ id, kind }) => kind !== "latents" || members.has(id)),
      lines.flatMap((line) => [line.src.id, line.dest.id]),
    );
    const here = (box: Box) =>
      (outlines && !isWritten(box)) ||
      used.has(box.id) ||
      inside.has(box.id) ||
      ((ends.has(box) || box.kind === "band") && (tokens === null || lines.length > 0));
    return {
      tokens,
      closed: closed ? edges : [],
      lines,
      used,
      inside,
      members,
      rows: rows.map((row) => row.filter(here).map((box) => rowBox.get(box.id)!)),
    };
  });
  return { lanes, rows, outlines, drawn };
}

/** Ids of boxes; where a latent or an error is among them, with those of its owner and of the weaker latents beside it. */
function withOwners(boxes: readonly Box[], ids: readonly number[]): Set<number> {
  const found = new Set(ids);
  const owners = new Set(boxes.flatMap(({ id, owner }) => (owner !== undefined && found.has(id) ? [owner] : [])));
  for (const { id, kind, name, owner } of boxes) {
    if (owners.has(kind === "latents" ? owner! : name)) found.add(id);
  }
  return found;
}

/** By position (0 where edges have none), by the id of a box that several share: the latents, those of the strongest edges first. */
function latentMembers(
  { nodes }: ReportGraph,
  edges: readonly ComparedEdge[],
  ofSrc: readonly Box[],
): Map<number, Map<number, readonly string[]>> {
  const names = new Map<number, Map<number, Set<string>>>();
  for (const { src, token } of edges) {
    const { id, kind } = ofSrc[src]!;
    const { name } = nodes.sources[src]!;
    if (kind !== "latents" && (kind !== "band" || !isLatent(name))) continue;
    const ofToken = names.get(token ?? 0) ?? new Map<number, Set<string>>();
    names.set(token ?? 0, ofToken.set(id, (ofToken.get(id) ?? new Set()).add(name)));
  }
  return new Map(
    [...names].map(([token, ofToken]) => [token, new Map([...ofToken].map(([id, set]) => [id, [...set]]))]),
  );
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
