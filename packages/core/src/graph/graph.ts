import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { PatchGraph } from "@autocircuit/native";
import { GraphAliases } from "../aliases.ts";
import { edgeRef, edges } from "../kinds.ts";
import { destNodes } from "./dest-nodes.ts";
import { Edge, type EdgeRef } from "./edge.ts";
import { EdgeLookup } from "./edge-lookup.ts";
import { factorizedLayout } from "./factorized.ts";
import {
  type GraphConfig,
  type GraphOptions,
  graphKindOver,
  type ResolvedGraphConfig,
  resolveGraphConfig,
} from "./graph-config.ts";
import { requireGraphSize } from "./graph-limits.ts";
import type { DestGroup, DestNode, SrcNode } from "./node.ts";
import { unfactorizedLayout } from "./unfactorized.ts";

const checkEdge = signature("Graph.index", { edge: edgeRef });
const checkEdges = signature("Graph.indices", { edges });
const checkName = signature("Graph.has", { name: kind.text });

/**
 * The computation graph of a transformer: who writes to the residual stream, who reads from it, and a dense number for
 * every edge. Made from a configuration alone; immutable.
 *
 * @example
 * const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
 * graph.edgeCount;                      // 32491
 * graph.index("A0.3->A1.2.Q");          // its place in masks and prune scores
 * graph.edge(0).name;                   // "Resid Start->A0.0.Q"
 */
export class Graph extends GraphAliases<SrcNode, DestNode> {
  /** What the graph was made from, defaults filled in. */
  readonly config: ResolvedGraphConfig;
  readonly sources: readonly SrcNode[];
  readonly destinations: readonly DestNode[];
  readonly groups: readonly DestGroup[];
  /** Number of edges; by token, each position counts. */
  readonly edgeCount: number;
  readonly #lookup: EdgeLookup;
  /** Index in `destinations` of each group's first destination. */
  readonly #firstDest: readonly number[];
  #native: PatchGraph | undefined;

  private constructor(config: ResolvedGraphConfig) {
    super();
    this.config = config;
    const layout = config.factorized ? factorizedLayout(config) : unfactorizedLayout(config);
    this.sources = layout.sources;
    this.groups = layout.groups;
    this.destinations = destNodes(layout.groups);
    const last = layout.groups.at(-1)!;
    this.edgeCount = last.offset + last.size;
    this.#lookup = new EdgeLookup(this.sources, this.destinations);
    let first = 0;
    this.#firstDest = layout.groups.map((group) => {
      first += group.heads;
      return first - group.heads;
    });
  }

  /**
   * The graph of a model.
   *
   * @throws AutocircuitError `bad-input` for impossible counts, and for more nodes or edges than allowed (see `setMaxEdges`).
   */
  static of(config: GraphConfig, options?: GraphOptions): Graph {
    const resolved = resolveGraphConfig(config, options);
    requireGraphSize(resolved);
    return new Graph(resolved);
  }

  /** Sequence length of a graph by token, else null. */
  get seqLen(): number | null {
    return this.config.seqLen;
  }

  get factorized(): boolean {
    return this.config.factorized;
  }

  get separateQkv(): boolean {
    return this.config.separateQkv;
  }

  /** The same graph with other options; those not given stay. */
  with(options: GraphOptions): Graph {
    return Graph.of(this.config, { seqLen: this.seqLen, ...options, ...graphKindOver(this.config, options) });
  }

  /** The same graph with every edge once per position, or, with null, at all positions together. */
  byToken(seqLen: number | null): Graph {
    return this.with({ seqLen });
  }

  /** Whether two graphs number the same edges in the same way. */
  equals(other: Graph): boolean {
    return this === other || JSON.stringify(this.config) === JSON.stringify(other.config);
  }

  /** A source by name. @throws AutocircuitError `unknown-name` with near names. */
  src(name: string): SrcNode {
    return this.#lookup.src(name);
  }

  /** A destination by name. @throws AutocircuitError `unknown-name` with near names. */
  dest(name: string): DestNode {
    return this.#lookup.dest(name);
  }

  /** A group by module name. @throws AutocircuitError `unknown-name`. */
  group(module: string): DestGroup {
    const found = this.groups.find((group) => group.module === module);
    if (found !== undefined) return found;
    const all = this.groups.map((group) => group.module);
    throw new AutocircuitError(
      "unknown-name",
      `The graph has no destinations in \`${module}\`. It has: ${all.join(", ")}.`,
    );
  }

  /**
   * The number of one edge in the flat vector; {@link indices} takes names that stand for several.
   *
   * @param edge An edge of this graph (or of an equal one), its number, its name, or `[name, token]`.
   * @param position, for a name in a graph by token.
   * @throws AutocircuitError `unknown-name` (with near names) if there is no such edge; `bad-input` for a number out of
   *   range, a missing or impossible position, or a position in a graph that is not by token.
   */
  index(edge: EdgeRef, token?: number | null): number {
    if (typeof edge === "number") return this.#checked(edge);
    if (typeof edge === "string") {
      const { src, dest } = this.#lookup.get(edge);
      return this.#cell(src, dest, this.#position(edge, token ?? null));
    }
    if (edge instanceof Edge) {
      const { src, dest } = this.#lookup.get(edge.name);
      return this.#cell(src, dest, this.#position(edge.name, edge.token));
    }
    checkEdge({ edge });
    return this.index(edge[0], edge[1]);
  }

  /**
   * The numbers of edges in the flat vector. In a graph by token an edge without a position (a plain name, `[name, null]`, an edge of a graph
   * that is not by token) means that edge at every position.
   *
   * @returns one number an edge and position, in the order given; an edge given twice is there twice
   * @throws AutocircuitError as {@link index} does
   * @example
   * graph.byToken(3).indices(["A0.3->A1.2.Q", ["MLP 0->Resid End", 2]]); // four numbers
   */
  indices(edges: Iterable<EdgeRef>): number[] {
    checkEdges({ edges });
    const found: number[] = [];
    for (const edge of edges) {
      const name = this.#withoutPosition(edge);
      if (name === undefined) found.push(this.index(edge));
      else for (let token = 0; token < this.seqLen!; token++) found.push(this.index(name, token));
    }
    return found;
  }

  /** The name of an edge that stands for every position of this graph. */
  #withoutPosition(edge: EdgeRef): string | undefined {
    if (this.seqLen === null || typeof edge === "number") return undefined;
    if (typeof edge === "string") return edge;
    if (edge instanceof Edge) return edge.token === null ? edge.name : undefined;
    checkEdge({ edge });
    return (edge[1] ?? null) === null ? edge[0] : undefined;
  }

  /** Whether the graph has an edge of that name, at that position or, without one, at any. */
  has(name: string, token?: number | null): boolean {
    checkName({ name });
    if (this.#lookup.find(name) === undefined) return false;
    const position = token ?? null;
    if (position === null) return true;
    return this.seqLen !== null && Number.isInteger(position) && position >= 0 && position < this.seqLen;
  }

  /** The edge with that number. @throws AutocircuitError `bad-input` if there is none. */
  edge(index: number): Edge {
    this.#checked(index);
    const place = this.#groupAt(index);
    const group = this.groups[place]!;
    const cell = index - group.offset;
    const row = Math.floor(cell / group.sourceCount);
    const src = this.sources[group.firstSource + (cell % group.sourceCount)]!;
    const dest = this.destinations[this.#firstDest[place]! + (row % group.heads)]!;
    return new Edge(src, dest, this.seqLen === null ? null : Math.floor(row / group.heads), index);
  }

  /** All edges, one at a time, in the order of the flat vector. */
  *edges(): IterableIterator<Edge> {
    for (let index = 0; index < this.edgeCount; index++) yield this.edge(index);
  }

  /** For each edge of the flat vector, the number of its group in `groups`. */
  groupOfEdge(): Uint16Array {
    const groupOf = new Uint16Array(this.edgeCount);
    this.groups.forEach(({ offset, size }, group) => {
      groupOf.fill(group, offset, offset + size);
    });
    return groupOf;
  }

  /** The graph as the engine wants it; the same object every time, which lets the engine keep what it makes of it. */
  toNative(): PatchGraph {
    this.#native ??= {
      factorized: this.factorized,
      seqLen: this.seqLen ?? 0,
      sourceCount: this.sources.length,
      edgeCount: this.edgeCount,
      ...this.#latents(),
      groups: this.groups.map(({ kind, block, heads, firstSource, sourceCount, offset }) => ({
        kind,
        block,
        heads,
        firstSource,
        sourceCount,
        offset,
      })),
    };
    return this.#native;
  }

  #latents(): Pick<PatchGraph, "latents" | "attentionLatents" | "streamLatents" | "errors"> {
    const { latents, attentionLatents, streamLatents, latentErrors } = this.config;
    if (latents === undefined) return {};
    // The engine has no list where there are none.
    const ofMlps = latents.some((count) => count > 0) && { latents };
    return { ...ofMlps, attentionLatents, streamLatents, errors: latentErrors };
  }

  #cell(src: SrcNode, dest: DestNode, token: number): number {
    const group = this.groups[dest.group]!;
    return (
      group.offset + (token * group.heads + (dest.head ?? 0)) * group.sourceCount + (src.index - group.firstSource)
    );
  }

  #position(name: string, token: number | null): number {
    if (this.seqLen === null) {
      if (token === null) return 0;
      throw new AutocircuitError(
        "bad-input",
        `Edge \`${name}\`: position ${token} given, but this graph is not by token. Leave the position out, or make the graph with \`seqLen\`.`,
      );
    }
    if (token === null) {
      throw new AutocircuitError(
        "bad-input",
        `Edge \`${name}\`: this graph is by token; give a position from 0 to ${this.seqLen - 1}, as ["${name}", position]. For all positions see \`graph.indices\`.`,
      );
    }
    if (Number.isInteger(token) && token >= 0 && token < this.seqLen) return token;
    throw new AutocircuitError("bad-input", `Edge \`${name}\`: position ${token} is outside 0 to ${this.seqLen - 1}.`);
  }

  #checked(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.edgeCount) return index;
    throw new AutocircuitError("bad-input", `Edge number ${index} is outside 0 to ${this.edgeCount - 1}.`);
  }

  /** Binary search: the last group that starts at or before the edge. */
  #groupAt(index: number): number {
    let low = 0;
    let high = this.groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.groups[middle]!.offset <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
