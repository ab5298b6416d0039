import type { Circuit, PruneScores } from "@autocircuit/core";
import type { KeptCircuit } from "./keep.ts";

/** A circuit and where it comes from. */
export interface FoundCircuit {
  circuit: Circuit;
  /** The circuit is that of these scores. */
  scores: PruneScores;
  /** Scores of the algorithms that the circuit was looked for from; just {@link scores} unless its size follows from what it keeps. */
  rankings: readonly PruneScores[];
  /** Options of the algorithm. */
  options: Record<string, unknown>;
  keep?: KeptCircuit;
}
