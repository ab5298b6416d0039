import { Circuit, type Graph } from "@autocircuit/core";

/**
 * A circuit as a page asks for it: a byte for each edge, which for half a million of them is made in no time, and a key that tells it from
 * others without looking at all edges. Two ways to say the same circuit have two keys.
 */
export interface ChosenCircuit {
  readonly key: string;
  /** Its number of edges. */
  readonly size: number;
  /** 1 for its edges, 0 for the others. */
  readonly edges: Uint8Array;
}

/** The same as the library knows it. */
export function libraryCircuit(graph: Graph, { edges }: ChosenCircuit): Circuit {
  return Circuit.where(graph, (index) => edges[index] === 1);
}
