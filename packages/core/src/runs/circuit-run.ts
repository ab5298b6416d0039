import type { Tensor } from "@autocircuit/native";
import type { Circuit } from "../scores/circuit.ts";

/** The outputs of one circuit. A plain object, so that `scope` keeps its tensors when it is returned. */
export interface CircuitRun {
  /** Number of edges in the circuit; with ties more than were asked for. */
  readonly size: number;
  /** The sizes that were asked for and gave this circuit. */
  readonly asked: readonly number[];
  readonly circuit: Circuit;
  /** Logits over the model's output slice, one tensor a batch, in the order of the prompts' batches. */
  readonly logits: readonly Tensor[];
}

/** Runs of circuits of growing size; dispose it to free all their logits. */
export type CircuitRuns = readonly CircuitRun[] & Disposable;

/** A list of runs that can be disposed. */
export function circuitRuns(runs: readonly CircuitRun[]): CircuitRuns {
  return Object.assign([...runs], {
    [Symbol.dispose]: () => {
      for (const run of runs) for (const logits of run.logits) logits.dispose();
    },
  });
}
