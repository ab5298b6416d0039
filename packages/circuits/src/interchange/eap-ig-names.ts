import { AutocircuitError } from "@autocircuit/base";
import type { DestNode, Edge, Graph, SrcNode } from "@autocircuit/core";

/**
 * EAP-IG's name of a source: `input`, `a0.h1`, `m3`.
 *
 * @throws AutocircuitError `bad-input` for latents of autoencoders, which it has no names for
 */
export function eapIgSource({ kind, block, head, name }: SrcNode): string {
  if (kind.endsWith("latent") || kind.endsWith("error"))
    throw new AutocircuitError("bad-input", `EAP-IG's files know no latents of autoencoders, such as \`${name}\`.`);
  return kind === "start" ? "input" : kind === "head" ? `a${block}.h${head}` : `m${block}`;
}

/**
 * EAP-IG's name of a destination: `a0.h1<q>`, `m3`, `logits`.
 *
 * @throws AutocircuitError `bad-input` for an autoencoder of the residual stream, which it has no name for
 */
export function eapIgDestination({ kind, block, head, name }: DestNode): string {
  if (kind === "post")
    throw new AutocircuitError(
      "bad-input",
      `EAP-IG's files know no points of the residual stream, such as \`${name}\`.`,
    );
  return kind === "end" ? "logits" : kind === "mlp" ? `m${block}` : `a${block}.h${head}<${kind}>`;
}

/** EAP-IG's name of an edge: `a0.h1->a2.h0<q>`. */
export function eapIgEdge({ src, dest }: Edge): string {
  return `${eapIgSource(src)}->${eapIgDestination(dest)}`;
}

/** The name of an edge in AutoCircuit's words, or undefined if it is not one of EAP-IG's. */
export function edgeNameOfEapIg(name: string): string | undefined {
  const parts = /^(.+)->(.+)$/.exec(name);
  if (parts === null) return undefined;
  const source = sourceName(parts[1]!);
  const destination = destinationName(parts[2]!);
  return source === undefined || destination === undefined ? undefined : `${source}->${destination}`;
}

function sourceName(name: string): string | undefined {
  if (name === "input") return "Resid Start";
  const head = /^a(\d+)\.h(\d+)$/.exec(name);
  if (head) return `A${Number(head[1])}.${Number(head[2])}`;
  const mlp = /^m(\d+)$/.exec(name);
  return mlp ? `MLP ${Number(mlp[1])}` : undefined;
}

function destinationName(name: string): string | undefined {
  if (name === "logits") return "Resid End";
  const head = /^a(\d+)\.h(\d+)<([qkv])>$/.exec(name);
  if (head) return `A${Number(head[1])}.${Number(head[2])}.${head[3]!.toUpperCase()}`;
  return /^m\d+$/.test(name) ? sourceName(name) : undefined;
}

/** Names of EAP-IG's nodes in its order: `input`, per block its heads and its MLP, `logits`. */
export function eapIgNodes(graph: Graph): string[] {
  return [...graph.sources.map(eapIgSource), "logits"];
}

/** Edges in EAP-IG's order: block by block, every source in turn to the heads' inputs and the MLP; at the end the logits. */
export function eapIgEdgeOrder(graph: Graph): Edge[] {
  const place = (edge: Edge): number[] => {
    const { dest, src } = edge;
    const end = dest.kind === "end";
    // In a sequential block all edges to the heads come first; in a parallel one the MLP takes its turn with them.
    const stage = end || (dest.kind === "mlp" && !graph.config.parallel) ? 1 : 0;
    return [end ? graph.config.layers : dest.block, stage, src.index, dest.head ?? Infinity, "qkv".indexOf(dest.kind)];
  };
  const placed = Array.from(graph.edges(), (edge) => ({ edge, place: place(edge) }));
  return placed.sort((a, b) => firstDifference(a.place, b.place)).map(({ edge }) => edge);
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}

/**
 * Checks that EAP-IG can express a graph: edges between components, separate Q, K and V for every head, MLPs, not by token.
 *
 * @throws AutocircuitError `bad-input` saying which of these fails
 */
export function requireEapIgGraph({ config }: Graph): void {
  const faults = [
    config.seqLen !== null && "it is by token",
    !config.factorized && "it patches nodes along the residual stream",
    !config.separateQkv && "queries, keys and values of a head share one input",
    config.kvHeads !== config.heads &&
      !config.ungrouped &&
      "keys and values are grouped (make the graph ungrouped: `ungrouped: true`)",
    config.attnOnly && "the model has no MLPs",
  ].filter((fault) => fault !== false);
  if (faults.length === 0) return;
  throw new AutocircuitError("bad-input", `EAP-IG's circuit files cannot hold this graph: ${faults.join("; ")}.`);
}
