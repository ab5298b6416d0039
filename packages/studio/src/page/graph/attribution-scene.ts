import { isRecord } from "../state/page-state.ts";
import { cell, type Scene, type SceneNode } from "./scene.ts";
import { boundsOf } from "./transformer-scene.ts";

/** A graph of circuit-tracer: features, errors, tokens and logits, with the weight of each link. */
export interface AttributionScene {
  title: string;
  scene: Scene;
  weights: Float32Array;
  /** What is known of each node, in words. */
  about: readonly string[];
}

const mostLinks = 4_000_000;

/**
 * Reads circuit-tracer's graph JSON: layers upwards, positions as columns, what shares a place side by side.
 *
 * @throws Error naming what is wrong with the file
 */
export function attributionScene(json: unknown): AttributionScene {
  if (!isRecord(json) || !Array.isArray(json.nodes) || !Array.isArray(json.links)) {
    throw new Error("This is no graph of circuit-tracer: it should have lists `nodes` and `links`.");
  }
  if (json.links.length > mostLinks)
    throw new Error(`The graph has ${json.links.length} links, more than ${mostLinks}.`);
  const metadata = isRecord(json.metadata) ? json.metadata : {};
  const rows = json.nodes.map(readNode);
  const levels = [...new Set(rows.map(({ level }) => level))].sort((a, b) => a - b);
  const positions = [...new Set(rows.map(({ position }) => position))].sort((a, b) => a - b);
  const cells = new Map<string, number[]>();
  rows.forEach(({ level, position }, index) => {
    const key = `${level} ${position}`;
    cells.set(key, [...(cells.get(key) ?? []), index]);
  });
  const widest = new Map(
    positions.map((position) => [
      position,
      Math.max(1, ...levels.map((level) => cells.get(`${level} ${position}`)?.length ?? 0)),
    ]),
  );
  const starts = new Map<number, number>();
  let x = 0;
  const step = cell.node * 0.62;
  for (const position of positions) {
    starts.set(position, x);
    x += widest.get(position)! * step + cell.width * 0.6;
  }
  const nodes: SceneNode[] = rows.map(({ id, label, kind, level, position }, index) => {
    const mates = cells.get(`${level} ${position}`)!;
    const room = widest.get(position)!;
    return {
      name: id,
      label,
      kind,
      x: starts.get(position)! + ((room - mates.length) / 2 + mates.indexOf(index)) * step,
      y: -levels.indexOf(level) * cell.height,
      width: cell.node * 0.5,
      height: cell.nodeHeight * 0.7,
      parts: [],
      ports: [],
    };
  });
  const byId = new Map(rows.map(({ id }, index) => [id, index]));
  const links = json.links.map((link, index) => readLink(link, index, byId));
  const tokens = Array.isArray(metadata.prompt_tokens) ? metadata.prompt_tokens.map(String) : [];
  const from = Uint32Array.from(links, (link) => link.from);
  const to = Uint32Array.from(links, (link) => link.to);
  return {
    title: typeof metadata.slug === "string" ? metadata.slug : "circuit-tracer graph",
    weights: Float32Array.from(links, (link) => link.weight),
    about: rows.map(({ about }) => about),
    scene: {
      nodes,
      from,
      to,
      port: new Int8Array(links.length),
      rows: levels.map((level, index) => ({ label: level < 0 ? "E" : String(level), y: -index * cell.height })),
      columns: positions.map((position) => {
        const width = widest.get(position)! * step;
        return { label: tokens[position] ?? String(position), x: starts.get(position)! + (width - step) / 2, width };
      }),
      bounds: boundsOf(nodes),
      edgeName: (edge) => `${rows[from[edge]!]!.id} → ${rows[to[edge]!]!.id}`,
    },
  };
}

function readNode(value: unknown, index: number) {
  if (!isRecord(value) || typeof value.node_id !== "string") throw new Error(`nodes[${index}] has no \`node_id\`.`);
  const { node_id: id, layer, ctx_idx: position } = value;
  const level = layer === "E" ? -1 : Number(layer);
  if (!Number.isFinite(level) || !Number.isInteger(position)) {
    throw new Error(`nodes[${index}] (${id}): \`layer\` must be a number or "E", \`ctx_idx\` a whole number.`);
  }
  const type = String(value.feature_type ?? "");
  const kind: SceneNode["kind"] = type.includes("error")
    ? "keys"
    : type === "logit" || type === "embedding"
      ? "end"
      : "latents";
  const label = typeof value.clerp === "string" ? value.clerp : "";
  const facts = [type, label, typeof value.influence === "number" ? `influence ${value.influence.toFixed(3)}` : ""];
  return {
    id,
    level,
    position: position as number,
    kind,
    label: label.slice(0, 24),
    about: facts.filter(Boolean).join(" · "),
  };
}

function readLink(value: unknown, index: number, byId: ReadonlyMap<string, number>) {
  const { source, target, weight } = isRecord(value) ? value : {};
  const from = byId.get(String(source));
  const to = byId.get(String(target));
  if (from === undefined || to === undefined) throw new Error(`links[${index}] joins nodes that are not in the file.`);
  if (typeof weight !== "number" || !Number.isFinite(weight)) throw new Error(`links[${index}] has no \`weight\`.`);
  return { from, to, weight };
}
