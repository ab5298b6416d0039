import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  activeLatents,
  coreKinds,
  knownFreeMemory,
  type LoadedTask,
  type LongOptions,
  latentPlaces,
  slicedCount,
  throwIfAborted,
} from "@autocircuit/core";
import type { PlannedRun } from "@autocircuit/models";
import { batchOf, type PlannedBatch, type RunShape } from "./run-shape.ts";

/** Options of {@link loadedRun}. */
export interface LoadedRunOptions extends Pick<LongOptions, "signal"> {
  /** Bytes that may be taken beside the model. Default on the CPU: what is free; on a GPU nothing is known. */
  readonly free?: number | undefined;
}

const check = signature("loadedRun", { task: coreKinds.loadedTask, shape: kind.callback }, {
  free: coreKinds.bytes,
  signal: kind.signal,
} satisfies KindsOf<LoadedRunOptions>);

/**
 * A run on a task that is loaded, as `memoryDemand` and `requireMemory` of models take it: what it takes beside the model. Of a model with
 * autoencoders the first prompt pair is run, to see how many latents are active.
 *
 * @param shape how it uses memory, for batches such as the task's
 * @throws AutocircuitError what `shape` throws; `aborted`
 * @example
 * const run = await loadedRun(task, (batch) => runShape(task, { algorithm: "acdc" }, batch));
 * console.log(memoryDemand(task.model.config, run).text);
 */
export async function loadedRun(
  task: LoadedTask,
  shape: (batch: PlannedBatch) => RunShape,
  options: LoadedRunOptions = {},
): Promise<PlannedRun> {
  check({ task, shape }, options);
  const { model, train } = task;
  const { graph, device, computeDtype: dtype, outputSlice } = model;
  const { free = knownFreeMemory(device), signal } = options;
  throwIfAborted(signal);
  const batch = batchOf(task);
  const { size: batchSize, seqLen } = batch;
  const latent = graph.config.latents !== undefined && {
    // Their own sizes do not matter: they are there.
    autoencoders: latentPlaces(graph).map((place) => ({ ...place, dIn: 0, dOut: 0, decoders: 1 })),
    activeLatents: await activeLatents(model, train, { signal }),
  };
  return {
    ...shape({ ...batch, ...(Number.isFinite(free) && { free }) }),
    ...{ batchSize, seqLen, outputs: slicedCount(outputSlice, seqLen), graph, ...latent, device, dtype },
    ...{ free, loaded: true },
  };
}
