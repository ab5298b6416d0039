import { counted, formatBytes } from "@autocircuit/base";
import type { AutoencoderSize, Graph, OutputSlice } from "@autocircuit/core";
import type { PlannedBatch, RunShape } from "@autocircuit/discovery";
import { memoryDemand } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { UsageError } from "../support/usage-error.ts";
import type { UsedDevice } from "../support/use-device.ts";

/** A run whose memory is asked for. */
export interface AskedRun extends Pick<RunShape, "circuits"> {
  /** Whether a batch may be run in slices. Default false. */
  sliced?: boolean;
  /** Whether an option says how many circuits run at once. Default false. */
  adjustable?: boolean;
  config: TransformerConfig;
  /** The graph of a model with latents. */
  graph?: Graph;
  autoencoders?: readonly AutoencoderSize[] | undefined;
  /** Their latents that are active at a token; by default few. */
  activeLatents?: number | undefined;
  /** Whether latents are pruned before any of their edges is patched. */
  pruned?: boolean;
  /** Bytes of ablations that are held for the whole run. Default none. */
  held?: number;
  /** Prompt pairs of all batches. */
  prompts?: number;
  /** Prompt pairs a batch. */
  batchSize: number;
  /** Tokens in a prompt. */
  seqLen: number;
  /** Positions of each prompt whose logits count. Default all. */
  outputs?: number;
  used: Pick<UsedDevice, "how" | "freeBytes">;
  /** Whether weights and autoencoders are there already. */
  loaded?: boolean;
}

/** The batches of a run, as `runShape` takes them. */
export function plannedBatch(
  { batchSize: size, seqLen, prompts, used }: Pick<AskedRun, "batchSize" | "seqLen" | "prompts" | "used">,
  outputSlice: OutputSlice,
): PlannedBatch {
  const { device, dtype } = used.how;
  return { size, seqLen, prompts, outputSlice, device, dtype, free: used.freeBytes };
}

/**
 * Says how much memory a run needs, before it starts.
 *
 * @param free bytes; by default what the machine has free, or a container leaves of it, and on a GPU what was free before anything was loaded
 * @throws UsageError when there is not so much; the message says what to lower, and to what
 */
export function memoryNote(
  { config, used, ...run }: AskedRun,
  free = used.how.device === "cpu" ? undefined : used.freeBytes,
): string {
  const { batchSize, seqLen, outputs, circuits, sliced, adjustable = false, held = 0 } = run;
  const { graph, autoencoders: saes, activeLatents, pruned, loaded } = run;
  const { device, dtype } = used.how;
  const demand = memoryDemand(config, {
    ...{ batchSize, seqLen, outputs, circuits, sliced, held, graph, autoencoders: saes, activeLatents, pruned, loaded },
    ...{ device, dtype, free },
  });
  const { weights, autoencoders, nodes, total } = demand;
  const parts = `weights ${formatBytes(weights)}${autoencoders > 0 ? `, autoencoders ${formatBytes(autoencoders)}` : ""}${nodes > 0 ? `, nodes of the graph ${formatBytes(nodes)}` : ""}${held > 0 ? `, values of ablated edges ${formatBytes(held)}` : ""}`;
  const needs = `a run of ${counted(batchSize, "prompt")} of ${counted(seqLen, "token")}${circuits > 1 ? `, ${circuits} circuits at once,` : ""} needs about ${formatBytes(total)} (${parts})`;
  const where = device === "cpu" ? "" : ` on ${device}`;
  if (demand.free === Number.POSITIVE_INFINITY) return `memory: ${needs}${where}`;
  if (demand.fits) return `memory: ${needs}; ${formatBytes(demand.free)} are free${where}`;
  throw new UsageError(
    `Not enough memory: ${needs}, but only ${formatBytes(demand.free)} are free${where}. ${advice(batchSize, adjustable && circuits > 1, demand.fitting)}`,
  );
}

/** @param adjustable whether the circuits at once can be lowered too */
function advice(
  batchSize: number,
  adjustable: boolean,
  fitting: { circuits: number; batchSize: number } | null,
): string {
  if (fitting === null)
    return "Not even one prompt fits: take shorter prompts, a smaller model, or a machine with more memory.";
  const one = "--set largestBatch=1";
  if (!adjustable)
    return `Lower the batch: --batch-size ${Math.min(fitting.batchSize, Math.max(1, Math.floor(batchSize / 2)))}.`;
  if (fitting.batchSize === batchSize) return `Lower the circuits at once: ${one}.`;
  return `Lower the batch: --batch-size ${fitting.batchSize} and ${one}.`;
}
