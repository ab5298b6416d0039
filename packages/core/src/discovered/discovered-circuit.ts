import { kind } from "@autocircuit/base";
import type { AblationType } from "../ablations/ablation-type.ts";
import * as kinds from "../kinds.ts";
import type { Circuit } from "../scores/circuit.ts";
import type { PruneScores } from "../scores/prune-scores.ts";

/** A circuit, and what it was found with: of what `findCircuit` gives, all that files keep. */
export interface DiscoveredCircuit {
  readonly circuit: Circuit;
  /** Scores that the circuit was made of. */
  readonly scores: PruneScores;
  /** The algorithm that gave them. */
  readonly algorithm: string;
  /** Options of the algorithm. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What ablated edges took. */
  readonly ablation: AblationType;
  /** What the algorithm drew at random by. */
  readonly seed: number;
  /** How edges were chosen by their scores, `"top"` where nothing says so. */
  readonly select?: string | undefined;
  /** Edges that the circuit was to have. Default: as many as it has. */
  readonly size?: number | undefined;
  /** There where the circuit was looked for by what it keeps, from the scores of several algorithms. */
  readonly keep?: object | undefined;
}

/** What is taken for a {@link DiscoveredCircuit}. */
export const discoveredCircuit = kind.shape("what findCircuit gives", {
  circuit: kinds.circuit,
  scores: kinds.pruneScores,
  algorithm: kind.text,
  options: kind.record,
  ablation: kinds.ablationName,
  seed: kind.whole,
  select: kind.optional(kind.text),
  size: kind.optional(kind.whole),
  keep: kind.optional(kind.record),
});
