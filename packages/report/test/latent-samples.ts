import type { CircuitReport, ReportGraph, ReportNode, ReportScoredEdge } from "../src/index.ts";
import { random, randomEdges, reportOf } from "./samples.ts";

interface LatentShape {
  readonly layers: number;
  readonly heads: number;
  /** Numbers of the latents that each autoencoder has in the graph: those of pruned ones have gaps. */
  readonly mlp?: readonly number[];
  readonly attention?: readonly number[];
  /** Blocks with an autoencoder of the stream behind them, and its latents. */
  readonly stream?: { readonly blocks: readonly number[]; readonly latents: readonly number[] };
  readonly parallel?: boolean;
  readonly seqLen?: number;
}

/** The graph of a transformer with autoencoders and their errors, with the node lists as the core package makes them. */
export function latentGraph({
  layers,
  heads,
  mlp,
  attention,
  stream,
  parallel = false,
  seqLen,
}: LatentShape): ReportGraph {
  const sources: (ReportNode & { first?: number })[] = [{ name: "Resid Start", layer: 0, head: null }];
  const destinations: (ReportNode & { readonly from: number })[] = [];
  let [layer, from] = [0, 0];
  const latents = (owner: string, numbers: readonly number[]) => {
    for (const latent of numbers) sources.push({ name: `${owner} Latent ${latent}`, layer, head: latent });
    sources.push({ name: `${owner} Error`, layer, head: null });
  };
  for (let l = 0; l < layers; l++) {
    layer++;
    for (const port of ["Q", "K", "V"]) {
      for (let head = 0; head < heads; head++) destinations.push({ name: `A${l}.${head}.${port}`, layer, head, from });
    }
    if (attention) latents(`Attention ${l}`, attention);
    else for (let head = 0; head < heads; head++) sources.push({ name: `A${l}.${head}`, layer, head });
    if (!parallel) layer++;
    destinations.push({ name: `MLP ${l}`, layer, head: null, from });
    if (mlp) latents(`MLP ${l}`, mlp);
    else sources.push({ name: `MLP ${l}`, layer, head: null });
    if (!stream?.blocks.includes(l)) continue;
    layer++;
    destinations.push({ name: `Resid Post ${l}`, layer, head: null, from });
    from = sources.length;
    latents(`Resid Post ${l}`, stream.latents);
  }
  destinations.push({ name: "Resid End", layer: layer + 1, head: null, from });
  const edgeCount = destinations.reduce((sum, dest) => sum + sourcesOf(sources, dest).length, 0);
  const nodes = { sources, destinations };
  return {
    layers,
    heads,
    attnOnly: false,
    parallel,
    nodes,
    edgeCount: edgeCount * (seqLen ?? 1),
    seqLen: seqLen ?? null,
  };
}

function sourcesOf(sources: readonly ReportNode[], { layer, from }: ReportNode & { readonly from: number }) {
  return sources.slice(from).filter((src) => src.layer < layer);
}

/** Numbers as a pruning leaves them: some of many, in no order. */
export function keptNumbers(count: number, of: number, seed = 11): number[] {
  const next = random(seed);
  const kept = new Set<number>();
  while (kept.size < count) kept.add(Math.floor(next() * of));
  return [...kept];
}

/**
 * A circuit in which so many latents have edges: of all latents the first, with one to three edges each and heavy-tailed scores, and the
 * strongest others beside them.
 */
export function latentEdges(graph: ReportGraph, latents: number, others: number, seed = 2): ReportScoredEdge[] {
  const next = random(seed);
  const destinations = graph.nodes.destinations as readonly (ReportNode & { readonly from: number })[];
  const places = new Map(graph.nodes.sources.map(({ name }, place) => [name, place]));
  const isLatent = ({ name }: ReportNode) => name.includes(" Latent ");
  const chosen = graph.nodes.sources
    .filter(isLatent)
    .map((src) => ({ src, by: next() }))
    .sort((a, b) => a.by - b.by);
  const edges: ReportScoredEdge[] = [];
  for (const { src } of chosen.slice(0, latents)) {
    const readers = destinations.filter(({ layer, from }) => src.layer < layer && places.get(src.name)! >= from);
    const count = Math.min(readers.length, 1 + Math.floor(next() * 3));
    const taken = new Set<number>();
    while (taken.size < count) taken.add(Math.floor(next() ** 2 * readers.length));
    for (const reader of taken) {
      const token = graph.seqLen === null ? null : Math.floor(next() * graph.seqLen);
      edges.push({ edge: `${src.name}->${readers[reader]!.name}`, token, score: (next() - 0.4) * next() ** 3 * 10 });
    }
  }
  const rest = { ...graph, nodes: { sources: graph.nodes.sources.filter((src) => !isLatent(src)), destinations } };
  const into = randomEdges(rest, 4 * others, seed).filter(({ edge }) => {
    const [src, dest] = edge.split("->") as [string, string];
    return places.get(src)! >= destinations.find(({ name }) => name === dest)!.from;
  });
  edges.push(...into.slice(0, others).map((edge) => ({ ...edge, score: edge.score * 3 })));
  return edges.sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
}

/** A circuit of latents as `discover --autoencoders` reports it. */
export function latentReport(
  shape: LatentShape,
  latents: number,
  others = 12,
  labels: Record<string, string> = {},
): CircuitReport {
  const graph = latentGraph(shape);
  const named = (node: ReportNode) => (labels[node.name] === undefined ? node : { ...node, label: labels[node.name] });
  return reportOf({
    title: `A circuit of ${latents} latents`,
    graph: { ...graph, nodes: { ...graph.nodes, sources: graph.nodes.sources.map(named) } },
    circuit: latentEdges(graph, latents, others),
  });
}
