import type { GraphTable } from "../../api/index.ts";

/** A destination of the graph. */
export interface DestRow {
  name: string;
  group: number;
  /** Which of the group's heads. */
  head: number;
}

/** The edges of a graph, numbered as the library numbers them. */
export class EdgeTable {
  readonly table: GraphTable;
  readonly destinations: readonly DestRow[];
  /** Of each edge: its source, its destination among {@link destinations}, its position (0 where the graph is not by token). */
  readonly source: Uint32Array;
  readonly dest: Uint32Array;
  readonly token: Uint16Array;

  constructor(table: GraphTable) {
    this.table = table;
    const destinations: DestRow[] = [];
    this.source = new Uint32Array(table.edgeCount);
    this.dest = new Uint32Array(table.edgeCount);
    this.token = new Uint16Array(table.edgeCount);
    table.groups.forEach((group, index) => {
      const first = destinations.length;
      group.names.forEach((name, head) => {
        destinations.push({ name, group: index, head });
      });
      let edge = group.offset;
      for (let token = 0; token < (table.seqLen ?? 1); token++) {
        for (let head = 0; head < group.heads; head++) {
          for (let source = 0; source < group.sourceCount; source++, edge++) {
            this.source[edge] = group.firstSource + source;
            this.dest[edge] = first + head;
            this.token[edge] = token;
          }
        }
      }
    });
    this.destinations = destinations;
  }

  get count(): number {
    return this.source.length;
  }

  /** `SOURCE->DESTINATION`, with the position in brackets in a graph by token. */
  name(edge: number): string {
    const name = `${this.table.sources[this.source[edge]!]!.name}->${this.destinations[this.dest[edge]!]!.name}`;
    return this.table.seqLen === null ? name : `${name} [${this.token[edge]}]`;
  }
}
