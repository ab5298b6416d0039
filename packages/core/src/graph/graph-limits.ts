import { AutocircuitError } from "@autocircuit/base";
import type { ResolvedGraphConfig } from "./graph-config.ts";

/** How large a graph may be. */
export interface GraphLimits {
  /** Most edges; by token, each position counts. */
  readonly edges: number;
  /** Most sources and destinations together. They take more memory than edges, which are only numbers. */
  readonly nodes: number;
}

/** Nodes allowed for so many edges. */
const EDGES_PER_NODE = 128;

/** Enough for models of 70 billion parameters, and for those of 3 billion by token; 64 MiB a mask. */
export const usualMaxEdges = 2 ** 24;

/** A single mask of more edges takes more than 100 GiB. */
const LARGEST_USEFUL = 2 ** 35;

let maxEdges = usualMaxEdges;

/**
 * Sets how many edges a graph may have, and with it how many nodes (one for 128 edges). Files say how large a graph is before anything
 * of it is there: the limit keeps a file of a few bytes from taking all memory.
 *
 * @param edges a whole number of at least 1; default {@link usualMaxEdges}
 * @throws AutocircuitError `bad-input` for another number
 */
export function setMaxEdges(edges: number = usualMaxEdges): void {
  if (!Number.isSafeInteger(edges) || edges < 1) {
    throw new AutocircuitError("bad-input", `\`edges\` must be a whole number of at least 1, got ${edges}.`);
  }
  maxEdges = edges;
}

/** The limits that hold now. */
export function graphLimits(): GraphLimits {
  return { edges: maxEdges, nodes: Math.max(EDGES_PER_NODE, Math.ceil(maxEdges / EDGES_PER_NODE)) };
}

/** Nodes and edges of a graph, by arithmetic alone. */
export function graphSize(config: ResolvedGraphConfig): GraphLimits {
  return config.factorized ? factorizedSize(config) : unfactorizedSize(config);
}

/**
 * Checks the size of a graph before anything of it is made.
 *
 * @throws AutocircuitError `bad-input` with the numbers, and how to raise the limit
 */
export function requireGraphSize(config: ResolvedGraphConfig): void {
  const limits = graphLimits();
  const { nodes, edges } = graphSize(config);
  if (nodes <= limits.nodes && edges <= limits.edges) return;
  const [count, what, limit] = nodes > limits.nodes ? [nodes, "nodes", limits.nodes] : [edges, "edges", limits.edges];
  const { layers, heads, tokens } = config;
  const needed = nodes <= EDGES_PER_NODE ? edges : Math.max(edges, nodes * EDGES_PER_NODE);
  const advice =
    needed > LARGEST_USEFUL
      ? "No machine holds that: check the numbers."
      : `If it is meant, raise the limit: --max-edges ${needed} on the command line, setMaxEdges(${needed}) in a program.`;
  const written = (number: number) => number.toLocaleString("en-US");
  throw new AutocircuitError(
    "bad-input",
    `The graph of ${written(layers)} layers of ${written(heads)} heads${tokens === null ? "" : `, ${written(tokens)} positions,`} has ${written(count)} ${what}; ` +
      `at most ${written(limit)} are allowed. ${advice}`,
  );
}

function factorizedSize(config: ResolvedGraphConfig): GraphLimits {
  const { layers, heads, kvHeads, attnOnly, parallel, separateQkv, ungrouped } = config;
  const readers = separateQkv ? heads + 2 * (ungrouped ? heads : kvHeads) : heads;
  const mlps = attnOnly ? 0 : 1;
  const perBlock = heads + mlps;
  const sources = 1 + layers * perBlock;
  const destinations = layers * (readers + mlps) + 1;
  if (config.latents !== undefined) return latentSize(config, readers);
  // A block sees the sources before it; its MLP, unless it runs beside them, the heads of its own block too.
  const before = layers + (perBlock * layers * (layers - 1)) / 2;
  const edges = readers * before + mlps * (before + (parallel ? 0 : layers * heads)) + sources;
  return { nodes: sources + destinations, edges: edges * (config.tokens ?? 1) };
}

/** The same with as many sources in the place of a block's heads or its MLP as it has latents there. */
function latentSize(config: ResolvedGraphConfig, readers: number): GraphLimits {
  const { layers, heads, attnOnly, parallel, latents, attentionLatents, latentErrors, tokens } = config;
  const written = (count: number | undefined, usual: number) => (count ? count + (latentErrors ? 1 : 0) : usual);
  let before = 1;
  let edges = 0;
  for (let block = 0; block < layers; block++) {
    const ofAttention = written(attentionLatents?.[block], heads);
    edges += readers * before + (attnOnly ? 0 : before + (parallel ? 0 : ofAttention));
    before += ofAttention + (attnOnly ? 0 : written(latents?.[block], 1));
  }
  const destinations = layers * (readers + (attnOnly ? 0 : 1)) + 1;
  return { nodes: before + destinations, edges: (edges + before) * (tokens ?? 1) };
}

function unfactorizedSize({ layers, heads, attnOnly, parallel, tokens }: ResolvedGraphConfig): GraphLimits {
  const middle = !attnOnly && !parallel;
  const components = heads + (attnOnly ? 0 : 1);
  // Each block: its components, and the stream before it (and in its middle) once more.
  const edges = layers * (components + (middle ? 2 : 1));
  const sources = 1 + layers * (components + (middle ? 1 : 0)) + (layers - 1);
  return { nodes: sources + layers * (middle ? 2 : 1), edges: edges * (tokens ?? 1) };
}
