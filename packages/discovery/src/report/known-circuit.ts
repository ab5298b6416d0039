import { Circuit, type LoadedTask } from "@autocircuit/core";

/** A circuit that is known for a task, published or built into its model. */
export interface NamedCircuit {
  /** What tables and curves call it. */
  readonly name: string;
  /** Where it comes from: a paper, a program. */
  readonly source: string;
  readonly circuit: Circuit;
}

/** The task's own true edges as the one known circuit; none where it has no true edges. */
export function trueCircuit({ model: { graph }, name, trueEdges }: LoadedTask): readonly NamedCircuit[] {
  return trueEdges ? [{ name: "known", source: name, circuit: Circuit.of(graph, trueEdges) }] : [];
}
