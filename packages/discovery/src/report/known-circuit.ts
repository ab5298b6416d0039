import { Circuit, type KnownCircuitInGraph, type LoadedTask } from "@autocircuit/core";

/** The circuit that the task itself knows, if any. */
export function knownCircuitOf({ model: { graph }, name, knownEdges }: LoadedTask): readonly KnownCircuitInGraph[] {
  return knownEdges ? [{ name: "known", origin: name, circuit: Circuit.of(graph, knownEdges) }] : [];
}
