import { Circuit, type LoadedTask } from "@autocircuit/core";

/** A circuit that is known for a task, published or built into its model, as edges of the task's graph. */
export interface KnownCircuitInGraph {
  /** What tables and curves call it. */
  readonly name: string;
  /** Where it comes from: a paper, a program. */
  readonly source: string;
  readonly circuit: Circuit;
}

/** The circuit that the task itself knows, if any. */
export function knownCircuitOf({ model: { graph }, name, knownEdges }: LoadedTask): readonly KnownCircuitInGraph[] {
  return knownEdges ? [{ name: "known", source: name, circuit: Circuit.of(graph, knownEdges) }] : [];
}
