import type { ModelSpec } from "../engine/specs.ts";
import { graphSize, leastWork } from "../growth/floor.ts";

/** How often a method goes through the model at least. */
export interface Passes {
  readonly forwards: number;
  /** Gradients of all inputs. */
  readonly backwards: number;
  /** An inner product for each edge. */
  readonly contractions: number;
}

/**
 * The least arithmetic of a method, in plain forwards: edge attribution's, which is two forwards, a backward and a contraction
 * (`growth/floor.ts`), taken apart.
 */
export function floorOfPasses(spec: ModelSpec, { forwards, backwards, contractions }: Passes): number {
  const plain = leastWork(spec, "plain", 0).flop;
  // Of a patched edge the work is two operations a value, as of the inner product of one.
  const perEdge = leastWork(spec, "patched", 1).flop - plain;
  const contraction = perEdge * graphSize(spec).edgeCount;
  const backward = leastWork(spec, "edge-attribution", 0).flop - 2 * plain - contraction;
  return forwards + (backwards * backward + contractions * contraction) / plain;
}

/** Bytes that are held at once at the least: weights, and the differences of all sources. */
export function leastBytes(spec: ModelSpec): number {
  return leastWork(spec, "edge-attribution", 0).resident;
}
