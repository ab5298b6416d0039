import { autoencoderSource } from "../latents/latent-name.ts";
import type { ShownLatents } from "../latents/shown-latents.ts";
import type { ReportGraph, ReportNode } from "../types.ts";

/** What a head's entry point reads. */
export type Port = "Q" | "K" | "V";

/** A node as it is drawn: a source and the destinations of the same component are one box. */
export interface Box {
  readonly id: number;
  /** `A0.3`, `MLP 1`, `Resid End`. */
  readonly name: string;
  /**
   * `resid` nodes are the residual stream itself, a `band` stands for folded blocks; both are drawn as bars. A `caption` says whose latents
   * stand above it where that is no node; `latents` are the weaker ones of an autoencoder, `heads` those of a block that share a box.
   */
  readonly kind: "resid" | "band" | "head" | "heads" | "mlp" | "other" | "caption" | "latent" | "latents" | "error";
  /** Row from the bottom. */
  readonly row: number;
  /** Transformer block, null outside the blocks. */
  readonly block: number | null;
  /** The separate inputs this graph has for the box; empty where there is one. */
  readonly ports: Port[];
  /** Of a latent, the weaker latents and an error: the name of the box that they stand above. */
  readonly owner?: string | undefined;
  /** What a latent stands for. */
  readonly label?: string | undefined;
  /** First and last block of a band. */
  readonly blocks?: readonly [number, number];
}

/** Whether a box spans its lane. */
export function isBar({ kind }: Pick<Box, "kind">): boolean {
  return kind === "resid" || kind === "band";
}

/** Whether an autoencoder writes it. */
export function isWritten({ owner }: Pick<Box, "owner">): boolean {
  return owner !== undefined;
}

/** All boxes of a graph, bottom row first, and where each source and destination belongs. */
export interface BoxGraph {
  readonly boxes: readonly Box[];
  readonly rows: readonly (readonly Box[])[];
  /** Box of `graph.nodes.sources[i]`. */
  readonly ofSrc: readonly Box[];
  /** Box and entry point of `graph.nodes.destinations[i]`. */
  readonly ofDest: readonly { readonly box: Box; readonly port: Port | null }[];
}

interface Component {
  readonly name: string;
  readonly layer: number;
  readonly kind: Box["kind"];
  readonly ports: Set<Port>;
  readonly owner?: string | undefined;
  readonly label?: string | undefined;
}

/** The components of a graph, and that of each source and destination. */
interface Components {
  readonly all: readonly Component[];
  readonly ofSrc: readonly Component[];
  readonly ofDest: readonly { readonly component: Component; readonly port: Port | null }[];
}

/**
 * Groups the graph's nodes into boxes and rows. Residual-stream nodes get rows of their own, so that bars can span. Latents stand in the row of
 * what their autoencoder is of; those of attention, which heads read at the same layer, in a row above them.
 *
 * @param latents Which latents have boxes; all others are part of the box of their owner.
 */
export function boxesOf(graph: ReportGraph, latents: ShownLatents = { own: [], weaker: [] }): BoxGraph {
  const { all, ofSrc, ofDest } = componentsOf(graph, latents);
  const rowKeys = [...new Set(all.map(rowKey))].sort((a, b) => a - b);
  // What an autoencoder writes stands side by side, behind whatever else is in its row.
  const ordered = [
    ...all.filter(({ owner }) => owner === undefined),
    ...all.filter(({ owner }) => owner !== undefined),
  ];
  const rows: Box[][] = rowKeys.map(() => []);
  const made = new Map<Component, Box>();
  for (const c of ordered) {
    const row = rowKeys.indexOf(rowKey(c));
    const ports = (["Q", "K", "V"] as const).filter((port) => c.ports.has(port));
    const { name, kind, owner, label } = c;
    const box: Box = { id: made.size, name, kind, row, block: blockOf(owner ?? name), ports, owner, label };
    made.set(c, box);
    rows[row]!.push(box);
  }
  return {
    boxes: [...made.values()],
    rows,
    ofSrc: ofSrc.map((component) => made.get(component)!),
    ofDest: ofDest.map(({ component, port }) => ({ box: made.get(component)!, port })),
  };
}

function componentsOf({ nodes }: ReportGraph, latents: ShownLatents): Components {
  const components = new Map<string, Component>();
  const add = (made: Component): Component => {
    const known = components.get(made.name);
    if (!known) components.set(made.name, made);
    return known ?? made;
  };
  const node = ({ name, layer, head }: ReportNode) => add({ name, layer, kind: kindOf(name, head), ports: new Set() });
  const part = (kind: Box["kind"], { name, layer, label }: ReportNode, owner: string) =>
    add({ name, layer, kind, ports: new Set(), owner, label });
  const ofLatent = new Map<number, Component>();
  for (const index of latents.own) {
    const src = nodes.sources[index]!;
    ofLatent.set(index, part("latent", src, autoencoderSource(src.name)!.owner));
  }
  for (const index of latents.weaker) {
    const { name, layer, head } = nodes.sources[index]!;
    const { owner } = autoencoderSource(name)!;
    ofLatent.set(index, part("latents", { name: `${owner} weaker latents`, layer, head }, owner));
  }
  const ofSrc = nodes.sources.map((src, index) => {
    const source = autoencoderSource(src.name);
    if (!source) return node(src);
    const owner = node({ name: source.owner, layer: src.layer, head: null });
    return source.latent === null ? part("error", src, source.owner) : (ofLatent.get(index) ?? owner);
  });
  const ofDest = nodes.destinations.map((dest) => {
    const { name, port } = splitPort(dest);
    const component = node({ ...dest, name });
    if (port) component.ports.add(port);
    return { component, port };
  });
  return { all: [...components.values()], ofSrc, ofDest };
}

/** Rows from the bottom: in each layer the stream first, and latents of attention above the heads. */
function rowKey({ name, layer, kind, owner }: Component): number {
  const place = owner ?? name;
  if (kind === "resid" || place.startsWith("Resid ")) return layer * 3;
  return layer * 3 + (place.startsWith("Attention ") ? 2 : 1);
}

function splitPort(dest: ReportNode): { name: string; port: Port | null } {
  const match = dest.head === null ? null : /^(.+)\.([QKV])$/s.exec(dest.name);
  return match ? { name: match[1]!, port: match[2] as Port } : { name: dest.name, port: null };
}

function kindOf(name: string, head: number | null): Box["kind"] {
  if (head !== null) return "head";
  if (name.startsWith("Resid ")) return "resid";
  if (name.startsWith("Attention ")) return "caption";
  return name.startsWith("MLP ") ? "mlp" : "other";
}

function blockOf(name: string): number | null {
  const match = /^(?:A(\d+)\.\d+|(?:MLP|Attention) (\d+)|Resid (?:Mid|Post) (\d+))$/.exec(name);
  return match ? Number(match[1] ?? match[2] ?? match[3]) : null;
}
