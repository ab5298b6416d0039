/** One visit of all edges of a circuit. */
export interface Sweep {
  /** Edges when it began; undefined before the first one. */
  before: number | undefined;
  /** 1 for the edges that were visited in it. */
  visited: Uint8Array;
}

/** A visit that has not begun. */
export function newSweep(edges: number): Sweep {
  return { before: undefined, visited: new Uint8Array(edges) };
}
