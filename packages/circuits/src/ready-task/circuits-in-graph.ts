import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type KnownCircuitInGraph, type LoadedTask } from "@autocircuit/core";
import { type CircuitNamedOptions, circuitNamed } from "./circuit-named.ts";
import type { ReadyTask } from "./ready-task.ts";

const check = signature(
  "circuitsInGraph",
  { task: kind.having("a task with `name` and `circuits`", "name", "circuits"), loaded: coreKinds.loadedTask },
  { knownCircuit: kind.text, ablation: coreKinds.ablationName },
);

/**
 * All known circuits of a task in the graph of its model: what `measureFound` and `reportOf` of discovery compare with as `known`. The one that
 * {@link circuitNamed} gives comes first. By token one of the others may belong to prompts whose words lie elsewhere: it is left out.
 *
 * @param loaded what the task's `load` gave
 * @returns none where the task was loaded without a known circuit, as on a model of another shape
 * @throws AutocircuitError `unknown-name` for a circuit that the task does not have
 * @example
 * await using loaded = await tasks["tracr-reverse"]!.load();
 * const known = circuitsInGraph(tasks["tracr-reverse"]!, loaded);
 * console.log(known.map(({ name, circuit }) => `${name}: ${circuit.size} edges`));
 */
export function circuitsInGraph(
  task: Pick<ReadyTask, "name" | "circuits">,
  loaded: LoadedTask,
  options: CircuitNamedOptions = {},
): readonly KnownCircuitInGraph[] {
  check({ task, loaded }, options);
  const first = circuitNamed(task, options)?.name;
  if (first === undefined || loaded.knownEdges === null) return [];
  const { model, train } = loaded;
  const words = model.graph.seqLen !== null && { wordPositions: train.wordPositions };
  const others = Object.keys(task.circuits).filter((name) => name !== first);
  return [first, ...others].flatMap((name) => {
    const { description, origin, edges } = task.circuits[name]!;
    try {
      const placed = edges(model, { seqStart: train.seqStart, ...words });
      return [{ name, description, origin, circuit: Circuit.of(model.graph, placed) }];
    } catch (error) {
      if (name !== first && error instanceof AutocircuitError) return [];
      throw error;
    }
  });
}
