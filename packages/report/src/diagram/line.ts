import type { ComparedEdge } from "../compare.ts";
import type { Box, Port } from "./boxes.ts";

/** A box within the rows that a picture shows. */
export interface RowBox {
  readonly id: number;
  readonly row: number;
  readonly box: Box;
}

/** An edge to be drawn, from box to box. */
export interface Line {
  readonly edge: ComparedEdge;
  /** Other edges that run between the same boxes where blocks are folded, weaker than this one. */
  readonly others: readonly ComparedEdge[];
  readonly src: RowBox;
  readonly dest: RowBox;
  /** Entry point of the destination, null where it has one input. */
  readonly port: Port | null;
}
