import type { Ranking } from "./ranking.ts";

/** How an edge of the picture stands to the circuit laid over it. */
export const status = { circuit: 0, both: 1, missed: 2, extra: 3 } as const;

/** Names of the classes, by number, as the key of the picture has them. */
export const statusNames = ["in the circuit", "in both", "missed", "extra"] as const;

/** The edges of a picture, least important first, so that the most important is painted last. */
export interface ShownEdges {
  edges: Uint32Array;
  /** Of each of them: its class, and its importance between 0 and 1. */
  status: Uint8Array;
  strength: Float32Array;
  /** How many of each class. */
  counts: readonly [number, number, number, number];
}

/**
 * The circuit: the most important edges and what was put in, without what was taken out.
 *
 * @param ranking - null for the whole graph
 */
export function circuitEdges(
  edgeCount: number,
  ranking: Ranking | null,
  size: number | null,
  add: readonly number[],
  remove: readonly number[],
): Uint32Array {
  const base = ranking ? ranking.first(size ?? ranking.ranked) : new Uint32Array(edgeCount).map((_, edge) => edge);
  if (add.length === 0 && remove.length === 0) return base;
  const out = new Set(remove);
  const kept = new Set(base);
  const extra = add.filter((edge) => !kept.has(edge) && !out.has(edge));
  return Uint32Array.from([...extra, ...base.filter((edge) => !out.has(edge))]);
}

/** The circuit's edges with their classes, and those of `overlay` that it misses. */
export function shownEdges(circuit: Uint32Array, overlay: Uint32Array | null): ShownEdges {
  const inOverlay = overlay && new Set(overlay);
  const inCircuit = overlay && new Set(circuit);
  const missed = overlay ? overlay.filter((edge) => !inCircuit!.has(edge)) : new Uint32Array();
  const count = circuit.length + missed.length;
  const edges = new Uint32Array(count);
  const classes = new Uint8Array(count);
  const strength = new Float32Array(count);
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < missed.length; i++) {
    edges[i] = missed[missed.length - 1 - i]!;
    classes[i] = status.missed;
    strength[i] = 0.5;
    counts[status.missed]++;
  }
  for (let i = 0; i < circuit.length; i++) {
    const rank = circuit.length - 1 - i;
    const at = missed.length + i;
    const edge = circuit[rank]!;
    const kind = !inOverlay ? status.circuit : inOverlay.has(edge) ? status.both : status.extra;
    edges[at] = edge;
    classes[at] = kind;
    strength[at] = 1 - rank / Math.max(1, circuit.length);
    counts[kind]++;
  }
  return { edges, status: classes, strength, counts };
}
