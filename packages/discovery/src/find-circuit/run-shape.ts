import { signature } from "@autocircuit/base";
import type { LoadedTask } from "@autocircuit/core";
import type { AlgorithmName } from "../algorithms.ts";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { optionOf } from "./fitting-options.ts";
import { planOf } from "./plan-circuit.ts";
import { plannedTask, type TaskOutline } from "./task-outline.ts";

/** How a run uses memory: what of its prompts and circuits is there at the same time. */
export interface RunShape {
  /** Circuits that run at once. */
  readonly circuits: number;
  /** Whether a batch may be run in slices, so that its size does not matter beyond that of a slice. */
  readonly sliced: boolean;
}

const check = signature("runShape", { task: plannedTask }, findCircuitOptions);

/**
 * How `findCircuit` will use memory for a task, as it is planned: what `memoryDemand` of models asks for. An outline of the task will do, before
 * anything is loaded.
 *
 * @throws AutocircuitError as {@link planOf} does
 * @example
 * const shape = runShape({ graph: Graph.of(config), config }, { algorithm: "edge-attribution", size: 20 });
 * requireMemory(config, { ...shape, batchSize: 32, length: 15 });
 */
export function runShape(task: LoadedTask | TaskOutline, options: FindCircuitOptions = {}): RunShape {
  check({ task }, options);
  const { named, keep, runs } = planOf(task, options);
  const [run] = runs;
  const circuits = named === undefined || run === undefined ? 1 : largestBatch(named, run[1]);
  return { circuits, sliced: keep === undefined && named !== "acdc" };
}

function largestBatch(algorithm: AlgorithmName, { largestBatch: asked }: Readonly<Record<string, unknown>>): number {
  const largest = asked ?? optionOf(algorithm, "largestBatch")?.default;
  return typeof largest === "number" ? largest : 1;
}
