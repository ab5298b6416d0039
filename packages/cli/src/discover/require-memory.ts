import {
  type AutoencoderSize,
  availableMemory,
  Graph,
  graphBytes,
  promptsAtOnce,
  usualSliceBytes,
} from "@autocircuit/core";
import { estimateMemory } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
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
  /** The graph of a model with latents. */
  graph?: Graph;
  /** Its autoencoders, of which the latents are activations and edges besides. */
  autoencoders?: readonly AutoencoderSize[] | undefined;
  /** Their latents that are active at a token; by default few. */
  activeLatents?: number | undefined;
  /** Whether latents are pruned before any of their edges is patched. */
  pruned?: boolean;
  /** Prompt pairs a batch. */
  batchSize: number;
  /** Tokens in a prompt. */
  length: number;
  used: Pick<UsedDevice, "how" | "freeBytes">;
  /** Whether weights and autoencoders are there already, and so no longer among what the machine has free. */
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
  const { weights, autoencoders, nodes, total } = estimate(run, batchSize, circuits);
  const { device } = run.used.how;
  const room = free + (run.loaded && device === "cpu" ? weights + autoencoders + nodes : 0);
  const parts = `weights ${formatBytes(weights)}${autoencoders > 0 ? `, autoencoders ${formatBytes(autoencoders)}` : ""}${nodes > 0 ? `, nodes of the graph ${formatBytes(nodes)}` : ""}`;
  const needs = `a run of ${batchSize} prompts of ${length} tokens${circuits > 1 ? `, ${circuits} circuits at once,` : ""} needs about ${formatBytes(total)} (${parts})`;
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
  const { autoencoders, activeLatents } = run;
  const edges = autoencoders && !run.pruned ? graph.edgeCount * (sliced ? 1 : circuits) : 0;
  const memory = estimateMemory(config, prompts, length, { dtype, autoencoders, activeLatents, edges });
  // Without latents there are few, and they lie in the memory of the machine.
  const nodes = autoencoders && device === "cpu" ? graphBytes(graph) : 0;
  return { weights: memory.weights, autoencoders: memory.autoencoders ?? 0, nodes, total: memory.total + nodes };
}

/**
 * Holds that a model and its autoencoders have room, before either is loaded and before it is known what will be run.
 *
 * @throws UsageError that says what is too large
 */
export function requireRoom(
  { config, autoencoders = [], used }: Pick<PlannedRun, "config" | "autoencoders" | "used">,
  free = freeFor(used),
): void {
  const { dtype, device } = used.how;
  const { weights, autoencoders: saes = 0 } = estimateMemory(config, 1, 1, { dtype, autoencoders });
  if (weights + saes <= free) return;
  const latents = autoencoders.reduce((sum, { count }) => sum + count, 0);
  throw new UsageError(
    `Not enough memory: the model takes about ${formatBytes(weights)} and its autoencoders ${formatBytes(saes)} (${latents.toLocaleString("en-US")} latents), ` +
      `but only ${formatBytes(free)} are free${device === "cpu" ? "" : ` on ${device}`}. ${FEWER}`,
  );
}

/** What makes autoencoders smaller. */
const FEWER =
  "Take narrower autoencoders, those of fewer blocks (--partial-autoencoders), or a machine with more memory.";
