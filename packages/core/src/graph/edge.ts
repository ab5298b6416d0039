import { EdgeAliases } from "../aliases.ts";
import type { DestNode, SrcNode } from "./node.ts";

/**
 * An edge of a graph, made when asked for (`graph.edge(index)`): a large graph has hundreds of thousands of edges by token,
 * so they are not kept.
 */
export class Edge extends EdgeAliases {
  readonly src: SrcNode;
  readonly dest: DestNode;
  /** Position, or null where the graph is not by token. */
  readonly token: number | null;
  /** Its place in the flat edge vector. */
  readonly index: number;

  constructor(src: SrcNode, dest: DestNode, token: number | null, index: number) {
    super();
    this.src = src;
    this.dest = dest;
    this.token = token;
    this.index = index;
  }

  /** `SOURCE->DESTINATION`, as AutoCircuit writes it; without the position. */
  get name(): string {
    return `${this.src.name}->${this.dest.name}`;
  }

  /** The name, with the position in brackets where there is one. */
  override toString(): string {
    return this.token === null ? this.name : `${this.name} [${this.token}]`;
  }
}

/**
 * Any way to say which edge: the edge, its index in the flat vector, its name, or its name with a position. Where edges are taken, one
 * without a position means every position of a graph by token; see `Graph.indices`.
 */
export type EdgeRef = Edge | number | string | readonly [name: string, token: number | null];
