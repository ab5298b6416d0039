import type { GraphTable, GroupRow, SourceRow } from "../../api/index.ts";
import type { EdgeTable } from "./edge-table.ts";
import { cell, type Scene, type SceneNode } from "./scene.ts";

/** How far above its block's heads something stands, in heights of a block. */
const rise = { start: -0.72, keys: -0.4, head: 0, mid: 0.25, mlp: 0.5, post: 0.7, end: 0.62 } as const;

/** Ports of a head's inputs under its box. */
const portOf: Record<string, number> = { q: -11, k: 0, v: 11 };

/**
 * A transformer: blocks upwards, a block's heads side by side with its MLP at their right; in a graph by token, once for each position.
 *
 * @param captions - what stands under the positions of a graph by token
 */
export function transformerScene(edges: EdgeTable, captions: readonly string[]): Scene {
  const { table } = edges;
  const nodes: SceneNode[] = [];
  const byName = new Map<string, number>();
  const heads = Math.max(1, ...table.sources.map(({ kind, head }) => (kind === "head" ? head! + 1 : 0)));
  const rowHeight = table.blocks <= 6 ? 74 : table.blocks <= 14 ? 58 : 46;
  // Heads of deep models stand apart, so that the graph is not much higher than it is wide.
  const square = (table.blocks * rowHeight * 1.15) / ((heads + 1) * cell.width);
  const wide = table.tokens === null ? Math.min(3.6, Math.max(1, square)) : 1;
  const columnWidth = (heads + 1.5) * cell.width;
  const tokens = table.tokens ?? 1;
  const sourceNode = new Uint32Array(table.sources.length * tokens);
  const destNode = new Uint32Array(edges.dests.length * tokens);
  const destPort = new Int8Array(edges.dests.length);
  for (let token = 0; token < tokens; token++) {
    const place = (spec: Place, part: string): number => {
      const name = table.tokens === null ? spec.name : `${spec.name} [${token}]`;
      let index = byName.get(name);
      if (index === undefined) {
        index = nodes.length;
        byName.set(name, index);
        nodes.push({
          ...toNode(spec, heads, wide, rowHeight),
          name,
          x: token * columnWidth + spec.column * cell.width * wide,
          parts: [],
        });
      }
      const parts = nodes[index]!.parts as string[];
      if (parts.length < mostParts && !parts.includes(part)) parts.push(part);
      return index;
    };
    table.sources.forEach((source, index) => {
      sourceNode[token * table.sources.length + index] = place(ofSource(source, heads), source.name);
    });
    edges.dests.forEach(({ name, group, head }, index) => {
      const row = table.groups[group]!;
      const node = place(ofDest(row, name, head, heads, table), name);
      destNode[token * edges.dests.length + index] = node;
      destPort[index] = portOf[row.kind] ?? 0;
      if (row.kind in portOf) {
        const ports = nodes[node]!.ports as { x: number; label: string }[];
        const label = row.kind.toUpperCase();
        if (!ports.some((port) => port.label === label)) ports.push({ x: destPort[index]!, label });
      }
    });
  }
  const count = edges.count;
  const from = new Uint32Array(count);
  const to = new Uint32Array(count);
  const port = new Int8Array(count);
  for (let edge = 0; edge < count; edge++) {
    const token = edges.token[edge]!;
    from[edge] = sourceNode[token * table.sources.length + edges.source[edge]!]!;
    to[edge] = destNode[token * edges.dests.length + edges.dest[edge]!]!;
    port[edge] = destPort[edges.dest[edge]!]!;
  }
  return {
    nodes,
    from,
    to,
    port,
    rows: Array.from({ length: table.blocks }, (_, block) => ({ label: String(block), y: -block * rowHeight })),
    columns:
      table.tokens === null
        ? []
        : Array.from({ length: tokens }, (_, token) => ({
            label: captions[token] ?? String(token),
            x: token * columnWidth + ((heads - 1) * cell.width) / 2,
            width: columnWidth,
          })),
    rowHeight,
    columnWidth: cell.width * wide,
    bounds: withArcs(boundsOf(nodes), cell.width * wide - cell.node, table.blocks),
    edgeName: (edge) => edges.name(edge),
  };
}

/** A node of latents stands for thousands: no more of their names are kept than a person reads. */
const mostParts = 64;

interface Place {
  name: string;
  label: string;
  kind: SceneNode["kind"];
  block: number;
  column: number;
  rise: number;
}

function ofSource({ name, kind, block, head }: SourceRow, heads: number): Place {
  const middle = (heads - 1) / 2;
  switch (kind) {
    case "start":
      return { name, label: "Start", kind: "end", block: 0, column: middle, rise: rise.start };
    case "head":
      return { name, label: `${block}.${head}`, kind: "head", block, column: head!, rise: rise.head };
    case "mlp":
      return mlp(block, heads);
    case "latent":
      return { ...mlp(block, heads), name: `MLP ${block} Latents`, label: "latents", kind: "latents", rise: 0.62 };
    case "error":
      return { ...mlp(block, heads), name, label: "error", column: heads + 1.1, rise: 0.62 };
    case "mid":
      return { name, label: `Mid ${block}`, kind: "stream", block, column: middle, rise: rise.mid };
    case "post":
      return { name, label: `Post ${block}`, kind: "stream", block, column: middle, rise: rise.post };
  }
}

function ofDest(row: GroupRow, name: string, head: number, heads: number, table: GraphTable): Place {
  const { kind, block } = row;
  const middle = (heads - 1) / 2;
  switch (kind) {
    case "q":
    case "k":
    case "v": {
      if (row.heads === heads) return ofSource(headRow(block, head), heads);
      // Keys and values that several heads share stand below the middle of their heads.
      const share = heads / row.heads;
      const column = (head + 0.5) * share - 0.5;
      return { name: `A${block} Keys ${head}`, label: `kv ${head}`, kind: "keys", block, column, rise: rise.keys };
    }
    case "qkv":
      return ofSource(headRow(block, head), heads);
    case "mlp":
      return mlp(block, heads);
    case "mid":
      return { name, label: `Mid ${block}`, kind: "stream", block, column: middle, rise: rise.mid };
    case "post":
      return { name, label: `Post ${block}`, kind: "stream", block, column: middle, rise: rise.post };
    case "end":
      return { name, label: "End", kind: "end", block: table.blocks - 1, column: middle, rise: 0.5 + rise.end };
  }
}

function headRow(block: number, head: number): SourceRow {
  return { name: `A${block}.${head}`, kind: "head", layer: 0, block, head };
}

function mlp(block: number, heads: number): Place {
  return { name: `MLP ${block}`, label: `M${block}`, kind: "mlp", block, column: heads, rise: rise.mlp };
}

function toNode(
  { label, kind, block, rise: above }: Place,
  heads: number,
  apart: number,
  rowHeight: number,
): SceneNode {
  const wide = Math.max(2.4 * cell.node, (heads - 1) * cell.width * apart * 0.5);
  return {
    name: "",
    label,
    kind,
    x: 0,
    // Under the first heads there must be room for the keys that they share, however low the rows are.
    y: kind === "end" && above < 0 ? Math.max(46, -above * rowHeight) : -(block + above) * rowHeight,
    width: kind === "end" || kind === "stream" ? wide : kind === "latents" ? cell.node + 8 : cell.node,
    height: kind === "stream" || kind === "keys" ? cell.nodeHeight - 6 : cell.nodeHeight,
    parts: [],
    ports: [],
  };
}

/** Room at the right for edges between MLPs, which go out in arcs. */
function withArcs(bounds: Scene["bounds"], widest: number, blocks: number): Scene["bounds"] {
  return { ...bounds, right: bounds.right + (blocks < 3 ? 0 : Math.max(12, 0.55 * widest)) };
}

/** What the boxes cover. */
export function boundsOf(nodes: readonly SceneNode[]): Scene["bounds"] {
  const bounds = { left: 0, top: 0, right: 0, bottom: 0 };
  nodes.forEach(({ x, y, width, height }, index) => {
    const first = index === 0;
    bounds.left = first ? x - width / 2 : Math.min(bounds.left, x - width / 2);
    bounds.right = first ? x + width / 2 : Math.max(bounds.right, x + width / 2);
    bounds.top = first ? y - height / 2 : Math.min(bounds.top, y - height / 2);
    bounds.bottom = first ? y + height / 2 : Math.max(bounds.bottom, y + height / 2);
  });
  return bounds;
}
