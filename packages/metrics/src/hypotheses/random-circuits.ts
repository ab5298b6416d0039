import type { MersenneTwister } from "@autocircuit/base";
import { Circuit, type DestNode, type Graph, writtenBy } from "@autocircuit/core";

/** Paths that are tried for each edge of a random circuit before single edges fill it up: large circuits leave few new paths. */
const PATHS_AN_EDGE = 20;

/**
 * Draws random paths through a graph, from `Resid Start` to `Resid End`, each step to one of the successors with equal chance, as Shi et al.
 * 2024 (arXiv:2410.13032) make random circuits. By token a path begins at any position, and goes on at a later one through keys and values.
 * A graph of nodes has a single path, along the residual stream, so that one edge, drawn evenly, stands for a path there.
 */
export class RandomPaths {
  readonly #graph: Graph;
  readonly #draw: MersenneTwister;
  readonly #outOf: readonly (readonly DestNode[])[];
  readonly #writes: ReturnType<typeof writtenBy>;

  constructor(graph: Graph, draw: MersenneTwister) {
    this.#graph = graph;
    this.#draw = draw;
    this.#writes = writtenBy(graph);
    const outOf = graph.sources.map((): DestNode[] => []);
    for (const dest of graph.destinations)
      for (let src = dest.firstSource; src < dest.firstSource + dest.sourceCount; src++) outOf[src]!.push(dest);
    this.#outOf = outOf;
  }

  /** The numbers of the edges of a path. */
  path(): number[] {
    if (!this.#graph.factorized) return [this.#draw.below(this.#graph.edgeCount)];
    const edges: number[] = [];
    const tokens = this.#graph.seqLen ?? 1;
    let token = this.#draw.below(tokens);
    let src = this.#graph.sources[0]!;
    for (;;) {
      const dest = this.#pick(this.#outOf[src.index]!);
      edges.push(this.#cell(src.index, dest, token));
      const writers = this.#writes(dest);
      if (writers.length === 0) return edges;
      src = this.#pick(writers);
      if (["k", "v", "qkv"].includes(dest.kind)) token += this.#draw.below(tokens - token);
    }
  }

  /** Random paths until there are at least as many edges as asked for, and edges of a path that are not yet all there. */
  circuit(size: number): Circuit {
    const edges = new Set<number>();
    for (let paths = 0; edges.size < size && paths < PATHS_AN_EDGE * size; paths++)
      for (const edge of this.path()) edges.add(edge);
    while (edges.size < size) edges.add(this.#draw.below(this.#graph.edgeCount));
    return Circuit.of(this.#graph, edges);
  }

  /** A circuit with the new edges of a random path, and which these are; null where no path adds any. */
  inflated(circuit: Circuit): { circuit: Circuit; added: number[] } | null {
    const own = new Set(circuit.indices);
    for (let tried = 0; tried < PATHS_AN_EDGE * circuit.size + PATHS_AN_EDGE; tried++) {
      const added = this.path().filter((edge) => !own.has(edge));
      if (added.length > 0) return { circuit: Circuit.of(this.#graph, [...own, ...added]), added };
    }
    return null;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#draw.below(list.length)]!;
  }

  #cell(src: number, dest: DestNode, token: number): number {
    const group = this.#graph.groups[dest.group]!;
    return group.offset + (token * group.heads + (dest.head ?? 0)) * group.sourceCount + (src - group.firstSource);
  }
}
