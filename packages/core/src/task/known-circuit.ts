import type { Circuit } from "../scores/circuit.ts";

/** A circuit that is known for a task, published or built into its model, as edges of the task's graph. */
export interface KnownCircuitInGraph {
  /** What the task, tables and curves call it. */
  readonly name: string;
  /** What it is the circuit of, in a few words. */
  readonly description?: string | undefined;
  /** Where it comes from: a paper, a program. */
  readonly origin: string;
  readonly circuit: Circuit;
}
