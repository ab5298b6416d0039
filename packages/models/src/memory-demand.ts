import { counted, formatBytes, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AutoencoderSize,
  coreKinds,
  Graph,
  graphBytes,
  knownFreeMemory,
  promptsAtOnce,
  usualSliceBytes,
} from "@autocircuit/core";
import { type ComputeDType, computeDTypes, type Device, type TransformerConfig } from "@autocircuit/native";
import { estimateMemory } from "./estimate-memory.ts";
import { freeText, notEnoughMemory, whereText } from "./not-enough-memory.ts";

/** A run whose memory is foretold, before anything of it is loaded. */
export interface PlannedRun {
  /** Prompt pairs a batch. */
  readonly batchSize: number;
  /** Tokens in a prompt. */
  readonly seqLen: number;
  /** Positions of each prompt whose logits count, see core's `slicedCount`. Default all. */
  readonly outputs?: number | undefined;
  /** Circuits that run at once. Default 1; see discovery's `runShape`. */
  readonly circuitCount?: number | undefined;
  /** Whether a batch may be run in slices, so that its size does not matter beyond that of a slice. Default false. */
  readonly sliced?: boolean | undefined;
  /** Whether the option `largestBatch` of an algorithm says how many circuits run at once, and so can lower it. Default false. */
  readonly adjustable?: boolean | undefined;
  /** Bytes of what is held for the whole run besides, such as ablations of all prompts. Default 0. */
  readonly held?: number | undefined;
  /** The graph of a model with latents. */
  readonly graph?: Graph | undefined;
  /** Its autoencoders, of which the latents are activations and edges besides. */
  readonly autoencoders?: readonly AutoencoderSize[] | undefined;
  /** Their latents that are active at a token; by default few. */
  readonly activeLatents?: number | undefined;
  /** Whether latents are pruned before any of their edges is patched. */
  readonly pruned?: boolean | undefined;
  /** Where and in what it computes. Default the CPU, float32. */
  readonly device?: Device | undefined;
  readonly dtype?: ComputeDType | undefined;
  /**
   * Bytes that are free. Default on the CPU: what the machine has free, or a container leaves of it; on a GPU nothing is known unless it is given
   * (`openDevice` says what was free before anything was loaded).
   */
  readonly free?: number | undefined;
  /** Whether weights and autoencoders are there already, and so no longer among what the machine has free. Default false. */
  readonly loaded?: boolean | undefined;
}

/** What a run takes, and whether that is there. All in bytes. */
export interface MemoryDemand {
  readonly weights: number;
  readonly autoencoders: number;
  /** With autoencoders, on the CPU: nodes of the graph. Without there are few, and they lie in the machine's memory. */
  readonly nodes: number;
  readonly total: number;
  /** What has to be free for it: all of that, or what comes beside what is loaded. */
  readonly needed: number;
  /** Infinite where nothing is known. */
  readonly free: number;
  readonly fits: boolean;
  /** The same run with as many circuits and prompts at once as fit; null where not even one prompt does. */
  readonly fitting: { readonly circuitCount: number; readonly batchSize: number } | null;
  /** That in words: `a run of 32 prompts of 15 tokens needs about 1.2 GiB (weights 474.7 MiB); 64.0 GiB are free`. */
  readonly text: string;
}

const check = signature(
  "memoryDemand",
  {
    config: kind.having("a transformer's configuration", "layers", "heads", "dModel"),
  },
  {
    batchSize: kind.required(kind.count),
    seqLen: kind.required(kind.count),
    outputs: kind.whole,
    circuitCount: kind.count,
    sliced: kind.flag,
    adjustable: kind.flag,
    held: coreKinds.bytes,
    graph: coreKinds.graph,
    autoencoders: kind.listOf(kind.having("an autoencoder's sizes", "count", "dIn", "dOut", "decoders")),
    activeLatents: kind.whole,
    pruned: kind.flag,
    device: kind.text,
    dtype: kind.oneOf(computeDTypes),
    free: coreKinds.bytes,
    loaded: kind.flag,
  } satisfies KindsOf<PlannedRun>,
);

/**
 * Foretells what a run takes at its height, and looks whether there is so much.
 *
 * @example
 * const { fits, fitting } = memoryDemand(await readConfig("models/gpt2"), { batchSize: 32, seqLen: 15, sliced: true });
 * if (!fits) console.log("take batches of", fitting?.batchSize);
 */
export function memoryDemand(config: TransformerConfig, run: PlannedRun): MemoryDemand {
  check({ config }, run);
  const { batchSize, circuitCount = 1, device = "cpu", loaded = false } = run;
  const free = run.free ?? knownFreeMemory(device);
  const graph = run.graph ?? Graph.of(config);
  const of = (batchSize: number, circuitCount: number) => takes(config, { ...run, graph }, batchSize, circuitCount);
  const demand = of(batchSize, circuitCount);
  const there = loaded ? demand.weights + demand.autoencoders + demand.nodes : 0;
  const needed = demand.total - there;
  const fit = (batchSize: number, circuitCount: number) => of(batchSize, circuitCount).total - there <= free;
  const known = Number.isFinite(free) ? `; ${freeText({ free, device })}` : whereText(device);
  return {
    ...{ ...demand, needed, free, fits: needed <= free, fitting: fittingRun(fit, batchSize, circuitCount) },
    text: `${needsText(run, { ...demand, needed })}${known}`,
  };
}

/**
 * Holds, before a run begins, that there is memory for it.
 *
 * @returns what it takes
 * @throws AutocircuitError `out-of-memory` that says what to lower, and to what (its reason: `memory-foretold`)
 * @example
 * const { weights, total } = requireMemory(await readConfig("models/gpt2"), { batchSize: 32, seqLen: 15 });
 */
export function requireMemory(config: TransformerConfig, run: PlannedRun): MemoryDemand {
  const demand = memoryDemand(config, run);
  if (demand.fits) return demand;
  const { free, fitting } = demand;
  throw notEnoughMemory(needsText(run, demand), { free, device: run.device ?? "cpu" }, advice(run, fitting));
}

/** What a run needs, in words, with the parts that are not to be seen of its sizes. */
function needsText(
  { batchSize, seqLen, circuitCount = 1, held = 0, loaded = false }: PlannedRun,
  { weights, autoencoders, nodes, needed }: Pick<MemoryDemand, "weights" | "autoencoders" | "nodes" | "needed">,
): string {
  const ofModel = { weights, autoencoders, "nodes of the graph": nodes };
  const parts = Object.entries({ ...(!loaded && ofModel), "values of ablated edges": held })
    .filter(([, bytes]) => bytes > 0)
    .map(([what, bytes]) => `${what} ${formatBytes(bytes)}`);
  const many = circuitCount > 1 ? `, ${circuitCount} circuits at once,` : "";
  return (
    `a run of ${counted(batchSize, "prompt")} of ${counted(seqLen, "token")}${many} needs about ${formatBytes(needed)}` +
    `${loaded ? " beside the model" : ""}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`
  );
}

/** What to lower, and to what. Where no option lowers the circuits at once, fewer prompts do. */
function advice({ batchSize, circuitCount = 1, adjustable }: PlannedRun, fitting: MemoryDemand["fitting"]): string {
  if (fitting === null)
    return "Not even one prompt fits: take shorter prompts, a smaller model, or a machine with more memory.";
  if (!adjustable || circuitCount === 1) {
    const fewer = Math.min(fitting.batchSize, Math.max(1, Math.floor(batchSize / 2)));
    return `Lower the batch: \`batchSize: ${fewer}\`.`;
  }
  if (fitting.batchSize === batchSize) return "Lower the circuits at once: `largestBatch: 1`.";
  return `Lower the batch: \`batchSize: ${fitting.batchSize}\` and \`largestBatch: 1\`.`;
}

/** Fewer circuits at once, if that is enough; else one, and half as many prompts until they fit. */
function fittingRun(
  fits: (batchSize: number, circuitCount: number) => boolean,
  batchSize: number,
  circuitCount: number,
): MemoryDemand["fitting"] {
  if (fits(batchSize, circuitCount)) return { circuitCount, batchSize };
  let size = batchSize;
  while (size > 0 && !fits(size, 1)) size = Math.floor(size / 2);
  return size === 0 ? null : { circuitCount: 1, batchSize: size };
}

function takes(
  config: TransformerConfig,
  run: PlannedRun & { graph: Graph },
  batchSize: number,
  circuitCount: number,
): Pick<MemoryDemand, "weights" | "autoencoders" | "nodes" | "total"> {
  const {
    graph,
    seqLen,
    outputs,
    held = 0,
    sliced = false,
    pruned = false,
    autoencoders,
    activeLatents,
    device = "cpu",
    dtype = "float32",
  } = run;
  const sliceBytes = usualSliceBytes(device);
  const slice = () => promptsAtOnce({ config, graph, computeDtype: dtype, sliceBytes }, seqLen);
  const promptCount = sliced ? Math.min(batchSize, slice()) : batchSize * circuitCount;
  const edgeCount = autoencoders && !pruned ? graph.edgeCount * (sliced ? 1 : circuitCount) : 0;
  const memory = estimateMemory(config, promptCount, seqLen, {
    dtype,
    outputs,
    autoencoders,
    activeLatents,
    edgeCount,
  });
  const nodes = autoencoders && device === "cpu" ? graphBytes(graph) : 0;
  return { weights: memory.weights, autoencoders: memory.autoencoders ?? 0, nodes, total: memory.total + nodes + held };
}
