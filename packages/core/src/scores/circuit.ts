import { kind, signature } from "@autocircuit/base";
import type { Edge, EdgeRef } from "../graph/edge.ts";
import type { Graph } from "../graph/graph.ts";
import * as kinds from "../kinds.ts";

const checkOf = signature("Circuit.of", { graph: kinds.graph, edges: kinds.edges });
const checkWhere = signature("Circuit.where", { graph: kinds.graph, test: kind.callback });

/** A set of edges of one graph. */
export class Circuit implements Iterable<Edge> {
  readonly graph: Graph;
  /** Numbers of its edges, ascending, without repeats. */
  readonly indices: Uint32Array;

  private constructor(graph: Graph, indices: Uint32Array) {
    this.graph = graph;
    this.indices = indices;
  }

  /**
   * The circuit of the given edges; one without a position, in a graph by token, is taken at every position.
   *
   * @throws AutocircuitError `unknown-name` or `bad-input` for an edge the graph does not have; see `Graph.index`.
   */
  static of(graph: Graph, edges: Iterable<EdgeRef>): Circuit {
    checkOf({ graph, edges });
    return new Circuit(graph, Uint32Array.from(new Set(graph.indices(edges))).sort());
  }

  /** The edges whose number passes a test; one pass over the flat vector. */
  static where(graph: Graph, test: (index: number) => boolean): Circuit {
    checkWhere({ graph, test });
    const indices = new Uint32Array(graph.edgeCount);
    let size = 0;
    for (let index = 0; index < graph.edgeCount; index++) if (test(index)) indices[size++] = index;
    return new Circuit(graph, indices.slice(0, size));
  }

  /** Number of edges. */
  get size(): number {
    return this.indices.length;
  }

  /** Whether an edge is in the circuit; without a position, whether it is at every one. @throws AutocircuitError as `Graph.index` does. */
  has(edge: EdgeRef, token?: number | null): boolean {
    if (typeof edge === "string" && token !== null && token !== undefined)
      return this.#has(this.graph.index(edge, token));
    return this.graph.indices([edge]).every((index) => this.#has(index));
  }

  #has(wanted: number): boolean {
    let low = 0;
    let high = this.indices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.indices[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.indices[low] === wanted;
  }

  /** Its edges, made one at a time. */
  *[Symbol.iterator](): IterableIterator<Edge> {
    for (const index of this.indices) yield this.graph.edge(index);
  }

  /** One number per edge of the graph: 1 for the edges in the circuit, 0 elsewhere. Shape `[edgeCount]`. */
  mask(): Float32Array {
    const mask = new Float32Array(this.graph.edgeCount);
    for (const index of this.indices) mask[index] = 1;
    return mask;
  }

  /** One number per edge of the graph: 0 for the edges in the circuit, 1 elsewhere. Shape `[edgeCount]`. */
  complement(): Float32Array {
    const mask = new Float32Array(this.graph.edgeCount).fill(1);
    for (const index of this.indices) mask[index] = 0;
    return mask;
  }
}
