import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask, type OutputSlice, slicedCount, usualSliceBytes } from "@autocircuit/core";
import { type ComputeDType, computeDTypes, type Device, deviceName } from "@autocircuit/native";
import { heldAblations } from "../fewest-edges/held-ablations.ts";
import { answeringAtOnce, circuitsFitting } from "../speculation/circuits-at-once.ts";
import { type FindCircuitOptions, findCircuitOptions } from "./find-circuit-options.ts";
import { optionOf } from "./fitting-options.ts";
import { planOf } from "./plan-circuit.ts";
import type { AlgorithmRun } from "./starting-algorithms.ts";
import { outlineOf, plannedTask, type TaskOutline } from "./task-outline.ts";

/** How a run uses memory: what of its prompts and circuits is there at the same time. */
export interface RunShape {
  /** Circuits that run at once. */
  readonly circuitCount: number;
  /** Whether a batch may be run in slices, so that its size does not matter beyond that of a slice. */
  readonly sliced: boolean;
  /** Whether the option `largestBatch` of the algorithm says how many circuits run at once. */
  readonly adjustable: boolean;
  /** Bytes of ablations that are held for the whole run, where the number of prompts is known. */
  readonly held: number;
}

/** How measuring and testing circuits use memory: one after the other, of batches that go in slices. */
export const measuringShape: RunShape = { circuitCount: 1, sliced: true, adjustable: false, held: 0 };

/** The prompts that a discovery is to run on, and where. */
export interface PlannedBatch {
  /** Prompt pairs a batch. */
  readonly size: number;
  /** Tokens in a prompt. */
  readonly seqLen: number;
  /** All that circuits are judged on. Default: not known. */
  readonly promptCount?: number | undefined;
  /** Which of their outputs count. Default `"last_seq"`. */
  readonly outputSlice?: OutputSlice | undefined;
  /** Default the CPU, float32. */
  readonly device?: Device | undefined;
  readonly dtype?: ComputeDType | undefined;
  /** Bytes that are free there. Default what the machine has free; on a GPU 4 GiB. */
  readonly free?: number | undefined;
}

const check = signature(
  "runShape",
  {
    task: plannedTask,
    batch: kind.optional(
      kind.shape("a batch with `size` and `seqLen`", {
        size: kind.count,
        seqLen: kind.count,
        promptCount: kind.optional(kind.whole),
        outputSlice: kind.optional(coreKinds.outputSlice),
        device: kind.optional(deviceName),
        dtype: kind.optional(kind.oneOf(computeDTypes)),
        free: kind.optional(coreKinds.bytes),
      }),
    ),
  },
  findCircuitOptions,
);

/**
 * How `findCircuit` will use memory for a task, as it is planned: what `memoryDemand` of models asks for. An outline of the task and its batches
 * will do, before anything is loaded.
 *
 * @throws AutocircuitError as {@link planOf} does
 * @example
 * const { circuitCount, sliced } = runShape({ graph: Graph.of(config), config }, { size: 20 }, { size: 32, seqLen: 15 });
 * requireMemory(config, { circuitCount, sliced, batchSize: 32, seqLen: 15 });
 */
export function runShape(task: LoadedTask, options?: FindCircuitOptions, batch?: PlannedBatch): RunShape;
export function runShape(task: LoadedTask | TaskOutline, options: FindCircuitOptions, batch: PlannedBatch): RunShape;
export function runShape(
  task: LoadedTask | TaskOutline,
  options: FindCircuitOptions = {},
  given?: PlannedBatch,
): RunShape {
  check({ task, batch: given }, options);
  const batch = given ?? batchOf(task);
  const { runs, algorithm, keep, ablation } = planOf(task, options);
  const { graph, config } = outlineOf(task);
  const { device = "cpu", dtype = "float32", seqLen, outputSlice = "last_seq", free } = batch;
  const model = { graph, config, computeDtype: dtype, device, sliceBytes: usualSliceBytes(device) };
  const ofRun = (run: AlgorithmRun) => largestBatch(run) ?? circuitsFitting(model, batch, free);
  const wholeBatches = [
    ...runs.filter(([name]) => optionOf(name, "largestBatch") !== undefined).map(ofRun),
    ...(keep === undefined ? [] : [answeringAtOnce(model, batch, slicedCount(outputSlice, seqLen), free)]),
  ];
  const sliced = wholeBatches.length === 0;
  return {
    circuitCount: Math.max(1, ...wholeBatches),
    sliced,
    adjustable: !sliced && algorithm !== undefined && keep === undefined,
    held:
      keep === undefined ? 0 : heldAblations(model, ablation, { promptCount: batch.promptCount ?? 0, seqLen }, free),
  };
}

function largestBatch([, { largestBatch }]: AlgorithmRun): number | undefined {
  return typeof largestBatch === "number" ? largestBatch : undefined;
}

/** The batches of a task that is loaded, and where it runs. @throws AutocircuitError `bad-input` for an outline, which has none */
export function batchOf(task: LoadedTask | TaskOutline): PlannedBatch {
  if (!("model" in task))
    throw new AutocircuitError("bad-input", "runShape: an outline of a task has no prompts: give `batch` too.");
  const { model, train, test } = task;
  const seqLen = Math.max(...[...train, ...test].map((batch) => batch.seqLen));
  const { outputSlice, device, computeDtype: dtype } = model;
  return {
    size: Math.max(train.batchSize, test.batchSize),
    promptCount: train.promptCount + test.promptCount,
    seqLen,
    outputSlice,
    device,
    dtype,
  };
}
