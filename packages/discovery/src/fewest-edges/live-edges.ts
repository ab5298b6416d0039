import type { DestGroup, Graph, SrcNode } from "@autocircuit/core";

/**
 * Removes edges that can make no difference, given which edges are in the circuit: those that lead nowhere, and, where an
 * ablated input gives the ablated output (`forward`), those that come from nowhere. An edge makes a difference only on a
 * path from `Resid Start` to `Resid End`.
 *
 * By token, a node stands for all its positions, so that some edges without effect stay. In a graph of nodes, where a
 * component reads the stream itself instead of edges, all stay.
 *
 * @param mask one number an edge, 0 in the circuit, 1 outside; changed in place
 * @param forward whether a node whose inputs are all ablated writes just what its ablated output is: true of resampling,
 *   where both are the corrupt run; not of zeros and means
 * @returns how many edges were removed
 */
export function removeDangling(graph: Graph, mask: Float32Array, forward: boolean): number {
  if (!graph.factorized) return 0;
  const wiring = wiringOf(graph);
  const reached = new Uint8Array(graph.sources.length);
  for (const { kind, index } of graph.sources) if (!forward || kind === "start") reached[index] = 1;
  // Network order: an edge's source is settled before the edge is looked at.
  if (forward)
    for (const { writers, ...read } of wiring)
      if (anyInside(mask, read, reached)) for (const writer of writers) reached[writer] = 1;
  const needed = new Uint8Array(graph.sources.length);
  let removed = 0;
  for (const { first, step, rows, firstSource, sourceCount, writers, end } of wiring.toReversed()) {
    const useful = end || writers.some((writer) => needed[writer] === 1);
    for (let row = 0; row < rows; row++)
      for (let source = firstSource; source < firstSource + sourceCount; source++) {
        const cell = first + row * step + source - firstSource;
        if (mask[cell] !== 0) continue;
        if (useful) needed[source] = 1;
        if (useful && reached[source] === 1) continue;
        mask[cell] = 1;
        removed++;
      }
  }
  return removed;
}

/** Where the edges into a destination lie: at each position (by token; else one) those of some sources side by side, a row. */
interface Rows {
  readonly first: number;
  /** From one position to the next. */
  readonly step: number;
  readonly rows: number;
  readonly firstSource: number;
  readonly sourceCount: number;
}

/** A destination: its edges, and the numbers of what writes because of what it reads. */
interface Wired extends Rows {
  readonly writers: readonly number[];
  readonly end: boolean;
}

const known = new WeakMap<Graph, readonly Wired[]>();

/** The destinations of a factorised graph, in network order. */
function wiringOf(graph: Graph): readonly Wired[] {
  const before = known.get(graph);
  if (before) return before;
  const wiring = graph.groups.flatMap((group) => {
    const { offset, heads, firstSource, sourceCount, kind } = group;
    return Array.from({ length: heads }, (_, head) => ({
      ...{ first: offset + head * sourceCount, step: heads * sourceCount, rows: graph.seqLen ?? 1 },
      ...{ firstSource, sourceCount },
      writers: writersOf(graph, group, head),
      end: kind === "end",
    }));
  });
  known.set(graph, wiring);
  return wiring;
}

function anyInside(mask: Float32Array, read: Rows, reached: Uint8Array): boolean {
  const { first, step, rows, firstSource, sourceCount } = read;
  for (let row = 0; row < rows; row++)
    for (let cell = 0; cell < sourceCount; cell++)
      if (reached[firstSource + cell] === 1 && mask[first + row * step + cell] === 0) return true;
  return false;
}

/** Kinds of sources that are what they are because of what an MLP reads. */
const writtenByMlp: ReadonlySet<SrcNode["kind"]> = new Set(["mlp", "latent", "error"]);

/** Kinds of sources that are what they are because of what all heads of a block read. */
const writtenByAttention: ReadonlySet<SrcNode["kind"]> = new Set(["attn-latent", "attn-error"]);

/** Kinds of sources that are what they are because of what the autoencoder of the stream behind a block reads. */
const writtenByStream: ReadonlySet<SrcNode["kind"]> = new Set(["stream-latent", "stream-error"]);

/** What writes because of what a destination reads: the autoencoder there, its MLP, its head, or the heads that share its keys and values. */
function writersOf({ sources, config }: Graph, group: DestGroup, head: number): number[] {
  const sharers = config.heads / group.heads;
  const written = sources.filter((src) => {
    if (src.block !== group.block || group.kind === "end") return false;
    if (group.kind === "post") return writtenByStream.has(src.kind);
    if (group.kind === "mlp") return writtenByMlp.has(src.kind);
    return writtenByAttention.has(src.kind) || (src.kind === "head" && Math.floor(src.head! / sharers) === head);
  });
  return written.map(({ index }) => index);
}
