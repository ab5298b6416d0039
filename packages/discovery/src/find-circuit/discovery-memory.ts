import { signature } from "@autocircuit/base";
import { coreKinds, knownFreeMemory, type LoadedTask } from "@autocircuit/core";
import { type MemoryDemand, memoryDemand, type PlannedRun, requireMemory } from "@autocircuit/models";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { loadedRun } from "./loaded-run.ts";
import { runShape } from "./run-shape.ts";

/** What a discovery takes beside the model that is there, in bytes, and whether that is free. */
export interface DiscoveryMemory extends Pick<MemoryDemand, "needed" | "free" | "fits" | "fitting" | "text"> {
  /** Prompt pairs a batch, the tokens of the longest, and circuits that run at once. */
  readonly batchSize: number;
  readonly seqLen: number;
  readonly circuitCount: number;
}

const check = signature("discoveryMemory", { task: coreKinds.loadedTask }, findCircuitOptions);

/**
 * Foretells what `findCircuit` takes for a task that is loaded, by the plan that it has for it.
 *
 * @throws AutocircuitError as `planOf`; `aborted`
 * @example
 * const { text, fits, fitting } = await discoveryMemory(task, { algorithm: "acdc" });
 * if (!fits) console.log(text, "take batches of", fitting?.batchSize);
 */
export async function discoveryMemory(task: LoadedTask, options: FindCircuitOptions = {}): Promise<DiscoveryMemory> {
  check({ task }, options);
  const run = await runOf(task, options);
  const { needed, free, fits, fitting, text } = memoryDemand(task.model.config, run);
  const { batchSize, seqLen, circuitCount = 1 } = run;
  return { needed, free, fits, fitting, text, batchSize, seqLen, circuitCount };
}

/**
 * Holds that there is memory for a discovery before it begins.
 *
 * @throws AutocircuitError `out-of-memory` that says what to lower, and to what
 */
export async function requireDiscoveryMemory(task: LoadedTask, options: FindCircuitOptions): Promise<void> {
  const { free = knownFreeMemory(task.model.device) } = options;
  if (free === Number.POSITIVE_INFINITY) return;
  requireMemory(task.model.config, await runOf(task, { ...options, free }));
}

function runOf(task: LoadedTask, options: FindCircuitOptions): Promise<PlannedRun> {
  const { free, signal } = options;
  return loadedRun(task, (batch) => runShape(task, options, batch), { free, signal });
}
