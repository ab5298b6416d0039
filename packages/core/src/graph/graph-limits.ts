import { AutocircuitError } from "@autocircuit/base";
import type { ResolvedGraphConfig } from "./graph-config.ts";
import { resolvedGraphSize } from "./graph-size.ts";

/** How large a graph may be. */
export interface GraphLimits {
  /** Most edges; by token, each position counts. */
  readonly edgeCount: number;
  /** Most sources and destinations together. They take more memory than edges, which are only numbers. */
  readonly nodeCount: number;
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
 * @param edgeCount a whole number of at least 1; default {@link usualMaxEdges}
 * @throws AutocircuitError `bad-input` for another number
 */
export function setMaxEdges(edgeCount: number = usualMaxEdges): void {
  if (!Number.isSafeInteger(edgeCount) || edgeCount < 1) {
    throw new AutocircuitError("bad-input", `\`edgeCount\` must be a whole number of at least 1, got ${edgeCount}.`);
  }
  maxEdges = edgeCount;
}

/** The limits that hold now. */
export function graphLimits(): GraphLimits {
  return { edgeCount: maxEdges, nodeCount: Math.max(EDGES_PER_NODE, Math.ceil(maxEdges / EDGES_PER_NODE)) };
}

/**
 * Checks the size of a graph before anything of it is made.
 *
 * @throws AutocircuitError `bad-input` with the numbers, and how to raise the limit
 */
export function requireGraphSize(config: ResolvedGraphConfig): void {
  const limits = graphLimits();
  const { sourceCount, destinationCount, edgeCount } = resolvedGraphSize(config);
  const nodeCount = sourceCount + destinationCount;
  if (nodeCount <= limits.nodeCount && edgeCount <= limits.edgeCount) return;
  const [count, what, limit] =
    nodeCount > limits.nodeCount ? [nodeCount, "nodes", limits.nodeCount] : [edgeCount, "edges", limits.edgeCount];
  const { layers, heads, seqLen } = config;
  const needed = nodeCount <= EDGES_PER_NODE ? edgeCount : Math.max(edgeCount, nodeCount * EDGES_PER_NODE);
  const advice =
    needed > LARGEST_USEFUL
      ? "No machine holds that: check the numbers."
      : `If it is meant, raise the limit: \`setMaxEdges(${needed})\`.`;
  const written = (number: number) => number.toLocaleString("en-US");
  throw new AutocircuitError(
    "bad-input",
    `The graph of ${written(layers)} layers of ${written(heads)} heads${seqLen === null ? "" : `, ${written(seqLen)} positions,`} has ${written(count)} ${what}; ` +
      `at most ${written(limit)} are allowed. ${advice}`,
  );
}
