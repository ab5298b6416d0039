import type { GraphTable, GroupRow, SourceRow } from "../../api/index.ts";
import type { EdgeTable } from "./edge-table.ts";
import { cell, type Scene, type SceneNode } from "./scene.ts";
import { type LatentChoice, mostLatents, noLatents, sharedNode } from "./strong-latents.ts";

/** Where things stand in a block: heights above its heads, and the height of a block. */
interface Levels {
  rowHeight: number;
  start: number;
  keys: number;
  mid: number;
  mlp: number;
  latents: number;
  attention: number;
  post: number;
  /** What the autoencoders of the stream write. */
  stream: number;
  end: number;
}

/** Rows as low as what stands between them allows: the deeper the model, the lower. */
function levelsOf({ blocks, sources, groups }: GraphTable, heads: number): Levels {
  const shared = groups.some(({ kind, heads: own }) => (kind === "k" || kind === "v") && own !== heads);
  const ofAttention = sources.some(({ kind }) => kind === "attn-latent");
  const latents = ofAttention || sources.some(({ kind }) => kind === "latent");
  const stream = sources.some(({ kind }) => kind === "mid" || kind === "post");
  const usual = blocks <= 6 ? 74 : blocks <= 14 ? 58 : 46;
  const rowHeight = Math.max(usual, ofAttention ? 104 : stream ? 74 : latents ? 58 : shared ? 52 : 0);
  const keys = -(cell.nodeHeight - 1.5);
  const levels = {
    ...{ rowHeight, keys, start: shared ? -46 : -0.66 * rowHeight, mid: 0.25 * rowHeight },
    mlp: ofAttention
      ? 0.5 * rowHeight
      : latents
        ? 0.3 * rowHeight
        : Math.min(0.5 * rowHeight, shared ? rowHeight - 37.5 : rowHeight),
    ...{
      attention: 0.25 * rowHeight,
      latents: (ofAttention ? 0.74 : 0.68) * rowHeight,
      post: 0.76 * rowHeight,
      stream: 0.76 * rowHeight,
      end: 1.12 * rowHeight,
    },
  };
  if (!sources.some(({ kind }) => kind === "stream-latent")) return levels;
  // Autoencoders of the stream stand above all of their block, what they write above them, and below the next one's heads and keys.
  const post = (latents ? levels.latents : levels.mlp) + cell.nodeHeight + 6;
  const written = post + cell.nodeHeight;
  const higher = written + cell.nodeHeight + (shared ? 56 : 44);
  return { ...levels, post, stream: written, rowHeight: higher, end: 1.12 * higher };
}

/** Heads of a block, which read even where autoencoders write in their place. */
function headCount({ sources, groups }: GraphTable): number {
  const writing = sources.map(({ kind, head }) => (kind === "head" ? head! + 1 : 0));
  const reading = groups.map(({ kind, heads }) => (kind === "q" || kind === "qkv" ? heads : 0));
  return Math.max(1, ...new Set(writing), ...new Set(reading));
}

/** Ports of a head's inputs under its box. */
const portOf: Record<string, number> = { q: -cell.port, k: 0, v: cell.port };

/**
 * A transformer: blocks upwards, a block's heads side by side with its MLP at their right; in a graph by token, once for each position.
 *
 * @param captions - what stands under the positions of a graph by token
 * @param latents - which latents are nodes of their own; the others of an autoencoder are one node
 * @param varying - positions whose caption is the first prompt's token, where other prompts have others
 */
export function transformerScene(
  edges: EdgeTable,
  captions: readonly string[],
  latents: LatentChoice = noLatents,
  varying: readonly number[] = [],
): Scene {
  const { table } = edges;
  const nodes: SceneNode[] = [];
  const byName = new Map<string, number>();
  const heads = headCount(table);
  const levels = levelsOf(table, heads);
  const { rowHeight } = levels;
  // Heads of deep models stand apart, so that the graph is not much higher than it is wide.
  const square = (table.blocks * rowHeight * 1.15) / ((heads + 1) * cell.width);
  const wide = table.seqLen === null ? Math.min(3.6, Math.max(1, square)) : 1;
  const places = latentPlaces(table, latents);
  // Room for as many as there may be, so that nothing moves when others are chosen.
  const room = roomForLatents(table, heads, places);
  const columnWidth = (heads + 1.5 + room) * cell.width;
  const tokens = table.seqLen ?? 1;
  const sourceNode = new Uint32Array(table.sources.length * tokens);
  const destNode = new Uint32Array(edges.destinations.length * tokens);
  const destPort = new Int8Array(edges.destinations.length);
  for (let token = 0; token < tokens; token++) {
    const place = (spec: Place, part: string): number => {
      const name = table.seqLen === null ? spec.name : `${spec.name} [${token}]`;
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
      const own = places.get(index);
      const spec = own === undefined ? ofSource(source, heads, levels, latents) : ownLatent(source, own, heads, levels);
      sourceNode[token * table.sources.length + index] = place(spec, source.name);
    });
    edges.destinations.forEach(({ name, group, head }, index) => {
      const row = table.groups[group]!;
      const node = place(ofDest(row, name, head, heads, levels), name);
      destNode[token * edges.destinations.length + index] = node;
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
    to[edge] = destNode[token * edges.destinations.length + edges.dest[edge]!]!;
    port[edge] = destPort[edges.dest[edge]!]!;
  }
  return {
    nodes,
    from,
    to,
    port,
    folded: new Set(),
    rows: Array.from({ length: table.blocks }, (_, block) => ({ label: String(block), y: -block * rowHeight })),
    columns:
      table.seqLen === null
        ? []
        : Array.from({ length: tokens }, (_, token) => ({
            label: captions[token] ?? String(token),
            varying: varying.includes(token),
            x: token * columnWidth + ((heads - 1) * cell.width) / 2,
            width: columnWidth,
          })),
    rowHeight,
    columnWidth: cell.width * wide,
    bounds: withArcs(boundsOf(nodes, (heads + room) * cell.width * wide), cell.width * wide - cell.node, table.blocks),
    edgeName: (edge) => edges.name(edge),
  };
}

/** A node of latents stands for thousands: no more of their names are kept than a person reads. */
const mostParts = 64;

/** From one latent of its own to the next, in columns. */
const latentStep = 1.1;

/** The latents that are nodes of their own, each with its number, from 1, among those of its autoencoder. */
function latentPlaces({ sources }: GraphTable, { own }: LatentChoice): ReadonlyMap<number, number> {
  const counts = new Map<string, number>();
  return new Map(
    own.map((source) => {
      const shared = sharedNode(sources[source]!);
      const number = (counts.get(shared) ?? 0) + 1;
      counts.set(shared, number);
      return [source, number];
    }),
  );
}

/** Columns behind those of the heads and of the MLP: as many as there may be latents, so that nothing moves when others are chosen. */
function roomForLatents({ sources }: GraphTable, heads: number, places: ReadonlyMap<number, number>): number {
  if (places.size === 0) return 0;
  // Those of MLPs begin in the MLP's column, others in the middle of the heads.
  const first = sources.some(({ kind }) => kind === "latent") ? heads : (heads - 1) / 2;
  return Math.max(0, first + latentStep * Math.max(mostLatents, ...places.values()) - heads);
}

/** Beside the node of its autoencoder's other latents, and behind that of the error. */
function ownLatent(source: SourceRow, number: number, heads: number, levels: Levels): Place {
  const shared = ofSource(source, heads, levels);
  const { name } = source;
  const label = `L${name.slice(name.lastIndexOf(" ") + 1)}`;
  return { ...shared, name, label, column: shared.column + latentStep * (1 + number) };
}

interface Place {
  name: string;
  label: string;
  kind: SceneNode["kind"];
  block: number;
  column: number;
  rise: number;
}

function ofSource(source: SourceRow, heads: number, levels: Levels, { others }: LatentChoice = noLatents): Place {
  const { name, kind, block, head } = source;
  const middle = (heads - 1) / 2;
  switch (kind) {
    case "start":
      return { name, label: "Start", kind: "end", block: 0, column: middle, rise: levels.start };
    case "head":
      return { name, label: `${block}.${head}`, kind: "head", block, column: head!, rise: 0 };
    case "mlp":
      return mlp(block, heads, levels);
    case "latent":
    case "attn-latent":
    case "stream-latent": {
      const shared = sharedNode(source);
      const label = others[shared] ? `+${others[shared]}` : "latents";
      return { name: shared, label, kind: "latents", block, ...latentsPlace(kind, heads, levels) };
    }
    case "error":
    case "attn-error":
    case "stream-error": {
      const { column, rise } = latentsPlace(kind, heads, levels);
      return { name, label: "error", kind: "mlp", block, column: column + latentStep, rise };
    }
    case "mid":
      return { name, label: `Mid ${block}`, kind: "stream", block, column: middle, rise: levels.mid };
    case "post":
      return post(block, heads, levels);
  }
}

/** Where the latents of an autoencoder begin: above its MLP, above the heads whose place they take, which still read, or above its bar. */
function latentsPlace(kind: SourceRow["kind"], heads: number, levels: Levels): Pick<Place, "column" | "rise"> {
  const middle = (heads - 1) / 2;
  if (kind.startsWith("attn-")) return { column: middle, rise: levels.attention };
  return kind.startsWith("stream-") ? { column: middle, rise: levels.stream } : { column: heads, rise: levels.latents };
}

function ofDest(row: GroupRow, name: string, head: number, heads: number, levels: Levels): Place {
  const { kind, block } = row;
  const middle = (heads - 1) / 2;
  switch (kind) {
    case "q":
    case "k":
    case "v": {
      if (row.heads === heads) return ofSource(headRow(block, head), heads, levels);
      // Keys and values that several heads share stand below the middle of their heads.
      const share = heads / row.heads;
      const column = (head + 0.5) * share - 0.5;
      return { name: `A${block} Keys ${head}`, label: `kv ${head}`, kind: "keys", block, column, rise: levels.keys };
    }
    case "qkv":
      return ofSource(headRow(block, head), heads, levels);
    case "mlp":
      return mlp(block, heads, levels);
    case "mid":
      return { name, label: `Mid ${block}`, kind: "stream", block, column: middle, rise: levels.mid };
    case "post":
      return post(block, heads, levels);
    case "end":
      return { name, label: "End", kind: "end", block, column: middle, rise: levels.end };
  }
}

function headRow(block: number, head: number): SourceRow {
  return { name: `A${block}.${head}`, kind: "head", layer: 0, block, head };
}

function mlp(block: number, heads: number, levels: Levels): Place {
  return { name: `MLP ${block}`, label: `M${block}`, kind: "mlp", block, column: heads, rise: levels.mlp };
}

function post(block: number, heads: number, levels: Levels): Place {
  const name = `Resid Post ${block}`;
  return { name, label: `Post ${block}`, kind: "stream", block, column: (heads - 1) / 2, rise: levels.post };
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
    y: -block * rowHeight - above,
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

/** What the boxes cover, and at least so much to the right. */
export function boundsOf(nodes: readonly SceneNode[], right = 0): Scene["bounds"] {
  const bounds = { left: 0, top: 0, right: 0, bottom: 0 };
  nodes.forEach(({ x, y, width, height }, index) => {
    const first = index === 0;
    bounds.left = first ? x - width / 2 : Math.min(bounds.left, x - width / 2);
    bounds.right = first ? x + width / 2 : Math.max(bounds.right, x + width / 2);
    bounds.top = first ? y - height / 2 : Math.min(bounds.top, y - height / 2);
    bounds.bottom = first ? y + height / 2 : Math.max(bounds.bottom, y + height / 2);
  });
  bounds.right = Math.max(bounds.right, right);
  return bounds;
}
