import type { AttributionGraph, AttributionNode } from "../../api/index.ts";
import { figure } from "../ui/numbers.ts";
import { cell, type Scene, type SceneNode } from "./scene.ts";
import { boundsOf } from "./transformer-scene.ts";

/** A graph of circuit-tracer: features, errors, tokens and logits, with the weight of each link. */
export interface AttributionScene {
  title: string;
  prompt: string;
  scene: Scene;
  weights: Float32Array;
  linksLeftOut: number;
  pinned: ReadonlySet<string>;
  /** What is known of each node, in words. */
  about: readonly string[];
}

const kinds: Readonly<Record<AttributionNode["kind"], SceneNode["kind"]>> = {
  embedding: "end",
  feature: "latents",
  error: "keys",
  logit: "end",
  other: "stream",
};

/** Layers upwards, positions as columns, what shares a place side by side. */
export function attributionScene(graph: AttributionGraph): AttributionScene {
  const rows = graph.nodes;
  const levels = [...new Set(rows.map(({ layer }) => layer))].sort((a, b) => a - b);
  const positions = [...new Set(rows.map(({ position }) => position))].sort((a, b) => a - b);
  const cells = new Map<string, number[]>();
  rows.forEach(({ layer, position }, index) => {
    const key = `${layer} ${position}`;
    const mates = cells.get(key);
    if (mates) mates.push(index);
    else cells.set(key, [index]);
  });
  const widest = new Map(
    positions.map((position) => [
      position,
      Math.max(1, ...levels.map((layer) => cells.get(`${layer} ${position}`)?.length ?? 0)),
    ]),
  );
  const starts = new Map<number, number>();
  const step = cell.node * 0.62;
  const rowHeight = 70;
  let x = 0;
  for (const position of positions) {
    starts.set(position, x);
    x += widest.get(position)! * step + cell.width * 0.6;
  }
  const nodes: SceneNode[] = new Array(rows.length);
  for (const mates of cells.values()) {
    mates.forEach((index, place) => {
      const { id, kind, layer, position } = rows[index]!;
      nodes[index] = {
        name: id,
        label: "",
        kind: kinds[kind],
        x: starts.get(position)! + ((widest.get(position)! - mates.length) / 2 + place) * step,
        y: -levels.indexOf(layer) * rowHeight,
        width: cell.node * 0.5,
        height: cell.nodeHeight * 0.7,
        parts: [],
        ports: [],
      };
    });
  }
  const from = Uint32Array.from(graph.links, ({ source }) => source);
  const to = Uint32Array.from(graph.links, ({ target }) => target);
  return {
    title: graph.title,
    prompt: graph.prompt,
    linksLeftOut: graph.linksLeftOut,
    pinned: new Set(graph.pinned),
    weights: Float32Array.from(graph.links, ({ weight }) => weight),
    about: rows.map(words),
    scene: {
      nodes,
      from,
      to,
      port: new Int8Array(from.length),
      folded: new Set(),
      rows: levels.map((level, index) => ({ label: graph.layers[level] ?? "", y: -index * rowHeight })),
      columns: positions.map((position) => {
        const width = widest.get(position)! * step;
        return {
          label: graph.tokens[position] ?? String(position),
          x: starts.get(position)! + (width - step) / 2,
          width,
        };
      }),
      rowHeight,
      columnWidth: step,
      bounds: boundsOf(nodes),
      edgeName: (edge) => `${rows[from[edge]!]!.id} → ${rows[to[edge]!]!.id}`,
    },
  };
}

function words({ kind, label, influence, activation, probability }: AttributionNode): string {
  const facts = [
    kind,
    label,
    activation !== null && `activation ${figure(activation)}`,
    probability !== null && `probability ${figure(probability)}`,
    influence !== null && `influence ${figure(influence)}`,
  ];
  return facts.filter(Boolean).join(" · ");
}
