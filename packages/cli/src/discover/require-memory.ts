import { availableMemory, Graph, latentPlaces, promptsAtOnce, usualSliceBytes } from "@autocircuit/core";
import { estimateMemory } from "@autocircuit/models";
import { elementBytes, type TransformerConfig } from "@autocircuit/native";
import { formatBytes } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import type { UsedDevice } from "../support/use-device.ts";

/** What of the prompts and circuits is in memory at the same time. */
export interface RunShape {
  /** Circuits that run at once. */
  circuits: number;
  /** Whether a batch may be run in slices, so that its size does not matter beyond that of a slice. Default false. */
  sliced?: boolean;
}

/** A run whose memory is estimated. */
export interface PlannedRun extends RunShape {
  config: TransformerConfig;
  /** The graph of a model with latents, which are activations and edges besides. */
  graph?: Graph;
  /** Prompt pairs a batch. */
  batchSize: number;
  /** Tokens in a prompt. */
  length: number;
  used: Pick<UsedDevice, "how" | "freeBytes">;
  /** Whether the weights are there already, and so no longer among what the machine has free. */
  loaded?: boolean;
}

/** Memory that can be had: what the machine has free, or what a container leaves of it; on a GPU what was free before anything was loaded. */
export function freeFor({ how, freeBytes }: PlannedRun["used"]): number {
  if (how.device !== "cpu") return freeBytes ?? Number.POSITIVE_INFINITY;
  return availableMemory();
}

/**
 * Says how much memory a run needs, before it starts.
 *
 * @throws UsageError when there is not so much; the message says what to lower, and to what
 */
export function requireMemory(run: PlannedRun, free = freeFor(run.used)): string {
  const { batchSize, circuits, length } = run;
  const { weights, total } = estimate(run, batchSize, circuits);
  const { device } = run.used.how;
  const room = free + (run.loaded && device === "cpu" ? weights : 0);
  const needs = `a run of ${batchSize} prompts of ${length} tokens${circuits > 1 ? `, ${circuits} circuits at once,` : ""} needs about ${formatBytes(total)} (weights ${formatBytes(weights)})`;
  const where = device === "cpu" ? "" : ` on ${device}`;
  if (room === Number.POSITIVE_INFINITY) return `memory: ${needs}${where}`;
  if (total <= room) return `memory: ${needs}; ${formatBytes(free)} are free${where}`;
  throw new UsageError(
    `Not enough memory: ${needs}, but only ${formatBytes(free)} are free${where}. ${advice(run, room)}`,
  );
}

function advice(run: PlannedRun, free: number): string {
  const fits = (batchSize: number, circuits: number) => estimate(run, batchSize, circuits).total <= free;
  const batch = (circuits: number) => {
    let size = run.batchSize;
    while (size > 0 && !fits(size, circuits)) size = Math.floor(size / 2);
    return size;
  };
  const one = "--set largestBatch=1";
  if (run.circuits > 1 && fits(run.batchSize, 1)) return `Lower the circuits at once: ${one}.`;
  const both = run.circuits > 1 ? ` and ${one}` : "";
  const size = batch(1);
  if (size > 0) return `Lower the batch: --batch-size ${size}${both}.`;
  return "Not even one prompt fits: take shorter prompts, a smaller model, or a machine with more memory.";
}

function estimate(run: PlannedRun, batchSize: number, circuits: number) {
  const { config, length, used, sliced = false } = run;
  const { dtype, device } = used.how;
  const graph = run.graph ?? Graph.of(config);
  const sliceBytes = usualSliceBytes(device);
  const slice = () => promptsAtOnce({ config, graph, computeDtype: dtype, sliceBytes }, length);
  const prompts = sliced ? Math.min(batchSize, slice()) : batchSize * circuits;
  const { weights, total } = estimateMemory(config, prompts, length, { dtype });
  return { weights, total: total + latentBytes(run, prompts, sliced ? 1 : circuits) };
}

/** Copies of a mask in a pass with gradients: as given, where the network computes, of ordinary sources, the gradients of each. */
const MASKS = 6;

/** Activations of latents in the run and in the ablation, and masks, which are small beside activations elsewhere. */
function latentBytes({ graph, length, used }: PlannedRun, prompts: number, circuits: number): number {
  if (graph?.config.latents === undefined) return 0;
  const latents = latentPlaces(graph).reduce((sum, { count }) => sum + count, 0);
  return (2 * latents * prompts * length + MASKS * graph.edgeCount * circuits) * elementBytes(used.how.dtype);
}
