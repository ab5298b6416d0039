import { AutocircuitError, counted, formatBytes, signature } from "@autocircuit/base";
import {
  activeLatents,
  availableMemory,
  coreKinds,
  type LoadedTask,
  latentPlaces,
  slicedCount,
  throwIfAborted,
} from "@autocircuit/core";
import { type MemoryDemand, memoryDemand } from "@autocircuit/models";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { batchOf, runShape } from "./run-shape.ts";

/** What a discovery takes beside the model that is there, in bytes, and whether that is free. */
export interface DiscoveryMemory extends Pick<MemoryDemand, "fits" | "fitting"> {
  /** Beside the model and its autoencoders. */
  readonly needed: number;
  /** Infinite where nothing is known. */
  readonly free: number;
  /** Prompt pairs a batch, the tokens of the longest, and circuits that run at once. */
  readonly batchSize: number;
  readonly seqLen: number;
  readonly circuits: number;
}

const check = signature("discoveryMemory", { task: coreKinds.loadedTask }, findCircuitOptions);

/**
 * Foretells what `findCircuit` takes for a task that is loaded, by the plan that it has for it.
 *
 * @throws AutocircuitError as `planOf`; `aborted`
 * @example
 * const { needed, fits, fitting } = await discoveryMemory(task, { algorithm: "acdc" });
 * if (!fits) console.log(needed / 2 ** 20, "MiB are needed; take batches of", fitting?.batchSize);
 */
export async function discoveryMemory(task: LoadedTask, options: FindCircuitOptions = {}): Promise<DiscoveryMemory> {
  check({ task }, options);
  const { model, train } = task;
  const { config, graph, device, computeDtype: dtype, outputSlice } = model;
  throwIfAborted(options.signal);
  const free = options.free ?? (device === "cpu" ? availableMemory() : Number.POSITIVE_INFINITY);
  const batch = batchOf(task);
  const { circuits, sliced, held } = runShape(task, options, { ...batch, ...(Number.isFinite(free) && { free }) });
  const { size: batchSize, seqLen } = batch;
  const latent = graph.config.latents !== undefined && {
    // Their own sizes do not matter: they are there.
    autoencoders: latentPlaces(graph).map((place) => ({ ...place, dIn: 0, dOut: 0, decoders: 1 })),
    activeLatents: await activeLatents(model, train, { signal: options.signal }),
  };
  const run = {
    batchSize,
    seqLen,
    outputs: slicedCount(outputSlice, seqLen),
    circuits,
    sliced,
    held,
    graph,
    ...latent,
    device,
    dtype,
  };
  const { weights, autoencoders, nodes, total } = memoryDemand(config, { ...run, free: 0 });
  const there = weights + autoencoders + nodes;
  const { fits, fitting } = memoryDemand(config, { ...run, free: free + there });
  return { needed: total - there, free, fits, fitting, batchSize, seqLen, circuits };
}

/**
 * Holds that there is memory for a discovery before it begins.
 *
 * @throws AutocircuitError `out-of-memory` that says what to lower, and to what
 */
export async function requireDiscoveryMemory(task: LoadedTask, options: FindCircuitOptions): Promise<void> {
  if (options.free === Number.POSITIVE_INFINITY) return;
  const { needed, free, fits, fitting, batchSize, seqLen, circuits } = await discoveryMemory(task, options);
  if (fits) return;
  const run = `${counted(batchSize, "prompt")} of ${counted(seqLen, "token")}${circuits > 1 ? `, ${circuits} circuits at once,` : ""}`;
  const few =
    fitting &&
    `batches of ${fitting.batchSize}${circuits > 1 ? ` and ${counted(fitting.circuits, "circuit")} at once` : ""}`;
  throw new AutocircuitError(
    "out-of-memory",
    `Not enough memory: a discovery with ${run} needs about ${formatBytes(needed)} beside the model, but only ${formatBytes(free)} are free. ` +
      `${few ? `Take a task with ${few}.` : "Not even one prompt fits: take shorter prompts, or a machine with more memory."} ` +
      "To go on whatever is foretold, give `free: Infinity`.",
  );
}
