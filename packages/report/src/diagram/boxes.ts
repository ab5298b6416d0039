import type { ReportGraph, ReportNode } from "../types.ts";

/** What a head's entry point reads. */
export type Port = "Q" | "K" | "V";

/** A node as it is drawn: a source and the destinations of the same component are one box. */
export interface Box {
  readonly id: number;
  /** `A0.3`, `MLP 1`, `Resid End`. */
  readonly name: string;
  /** `resid` nodes are the residual stream itself, a `band` stands for folded blocks; both are drawn as bars. */
  readonly kind: "resid" | "band" | "head" | "mlp" | "other";
  /** Row from the bottom. */
  readonly row: number;
  /** Transformer block, null outside the blocks. */
  readonly block: number | null;
  /** The separate inputs this graph has for the box; empty where there is one. */
  readonly ports: Port[];
  /** First and last block of a band. */
  readonly blocks?: readonly [number, number];
}

/** Whether a box spans its lane. */
export function isBar({ kind }: Pick<Box, "kind">): boolean {
  return kind === "resid" || kind === "band";
}

/** All boxes of a graph, bottom row first, and where each source and destination belongs. */
export interface BoxGraph {
  readonly boxes: readonly Box[];
  readonly rows: readonly (readonly Box[])[];
  /** Box of `graph.nodes.srcs[i]`. */
  readonly ofSrc: readonly Box[];
  /** Box and entry point of `graph.nodes.dests[i]`. */
  readonly ofDest: readonly { readonly box: Box; readonly port: Port | null }[];
}

interface Component {
  readonly name: string;
  readonly layer: number;
  readonly head: number | null;
  readonly ports: Set<Port>;
}

/** Groups the graph's nodes into boxes and rows. Residual-stream nodes get rows of their own, so that bars can span. */
export function boxesOf(graph: ReportGraph): BoxGraph {
  const components = new Map<string, Component>();
  const add = (name: string, node: ReportNode): Component => {
    const known = components.get(name);
    if (known) return known;
    const made = { name, layer: node.layer, head: node.head, ports: new Set<Port>() };
    components.set(name, made);
    return made;
  };
  for (const src of graph.nodes.srcs)
    add(ownerOf(src.name) ?? src.name, ownerOf(src.name) ? { ...src, head: null } : src);
  const dests = graph.nodes.dests.map((dest) => {
    const { name, port } = splitPort(dest);
    const component = add(name, dest);
    if (port) component.ports.add(port);
    return { component, port };
  });
  const rowKey = (c: Component) => c.layer * 2 + (kindOf(c) === "resid" ? 0 : 1);
  const keys = [...new Set([...components.values()].map(rowKey))].sort((a, b) => a - b);
  const rows: Box[][] = keys.map(() => []);
  const made = new Map<Component, Box>();
  for (const c of components.values()) {
    const row = keys.indexOf(rowKey(c));
    const ports = (["Q", "K", "V"] as const).filter((port) => c.ports.has(port));
    const box = { id: made.size, name: c.name, kind: kindOf(c), row, block: blockOf(c.name), ports };
    made.set(c, box);
    rows[row]!.push(box);
  }
  return {
    boxes: [...made.values()],
    rows,
    ofSrc: graph.nodes.srcs.map((src) => made.get(components.get(ownerOf(src.name) ?? src.name)!)!),
    ofDest: dests.map(({ component, port }) => ({ box: made.get(component)!, port })),
  };
}

/** The MLP, attention or stream whose autoencoder a latent or an error belongs to: its box stands for all of them. */
function ownerOf(name: string): string | undefined {
  return /^((?:MLP|Attention|Resid Post) \d+) (?:Latent \d+|Error)$/.exec(name)?.[1];
}

function splitPort(dest: ReportNode): { name: string; port: Port | null } {
  const match = dest.head === null ? null : /^(.+)\.([QKV])$/s.exec(dest.name);
  return match ? { name: match[1]!, port: match[2] as Port } : { name: dest.name, port: null };
}

function kindOf(c: Component): Box["kind"] {
  if (c.head !== null) return "head";
  if (c.name.startsWith("Resid ")) return "resid";
  return c.name.startsWith("MLP ") ? "mlp" : "other";
}

function blockOf(name: string): number | null {
  const match = /^(?:A(\d+)\.\d+|(?:MLP|Attention) (\d+)|Resid (?:Mid|Post) (\d+))$/.exec(name);
  return match ? Number(match[1] ?? match[2] ?? match[3]) : null;
}
