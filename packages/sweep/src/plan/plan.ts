import { AutocircuitError, fields, type KindsOf, kind } from "@autocircuit/base";
import { type LatentOptions, latentOptionKinds } from "@autocircuit/circuits";
import {
  type AblationType,
  coreKinds,
  type OutputSlice,
  type PairAlignment,
  type PatchType,
  pairAlignments,
  patchTypes,
  type TrainTest,
} from "@autocircuit/core";
import { type MetricName, metrics } from "@autocircuit/metrics";
import { type ComputeDType, computeDTypes, type DeviceName, deviceName } from "@autocircuit/native";
import { requireOnce } from "./require-once.ts";

/** A ready-made task, or a model with prompts of one's own. Paths are relative to the plan's folder. */
export interface SweepTask extends LatentOptions {
  /** Name of a ready-made task. Without it `model` and `prompts` make one. */
  readonly task?: string | undefined;
  /** What results call it; unique in the plan. Default the task's name. */
  readonly key?: string | undefined;
  /** A folder, a GGUF file, or a name on the Hugging Face hub. */
  readonly model?: string | undefined;
  /** One or several files of prompt pairs. */
  readonly prompts?: string | readonly string[] | undefined;
  readonly byToken?: boolean | undefined;
  /** A ready-made task: which known circuit to compare with. Default the one that fits what the algorithm ablates with, as in a discovery. */
  readonly knownCircuit?: string | undefined;
  /** A ready-made task: positions of the known circuit by token. */
  readonly positions?: readonly number[] | undefined;
  readonly sharePrefix?: boolean | undefined;
  /** A model with prompts: needed there, as core's `TaskOptions` has them. */
  readonly batchSize?: TrainTest | undefined;
  readonly batchCount?: TrainTest | undefined;
  readonly outputSlice?: OutputSlice | undefined;
  readonly separateQkv?: boolean | undefined;
  readonly factorized?: boolean | undefined;
  readonly ungrouped?: boolean | undefined;
  readonly align?: PairAlignment | undefined;
  /** Units of larger priority come first. Default 0. */
  readonly priority?: number | undefined;
}

/** An algorithm or a preset, with one or with many settings. */
export interface SweepAlgorithm {
  /** Name of an algorithm, or key of a preset. */
  readonly algorithm: string;
  /** What results call it. Default the name; the values of `grid` follow it. */
  readonly key?: string | undefined;
  /** Options of the algorithm; over those of a preset. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Options with a list of values each: every combination is an algorithm of its own. */
  readonly grid?: Readonly<Record<string, readonly unknown[]>> | undefined;
  /** Units of larger priority come first. Default 0. */
  readonly priority?: number | undefined;
}

/** What is measured of the circuits. */
export interface SweepMeasure {
  /** Default those that say most about each task's outputs. */
  readonly metrics?: readonly MetricName[] | undefined;
  /** What edges outside the circuit take. Default `["resample"]`. */
  readonly ablations?: readonly AblationType[] | undefined;
  /** Circuit sizes; those larger than a task's graph are left out there. By default those of `defaultCircuitSizes`. */
  readonly sizes?: readonly number[] | undefined;
  /** Default `"tree"`. */
  readonly patch?: PatchType | undefined;
  /** Whether CPR, CMD and AUROC of the Mechanistic Interpretability Benchmark are measured too. Default false. */
  readonly mib?: boolean | undefined;
}

/** Tasks by algorithms by seeds. What every unit of work is decided by stands here, nothing of how it is run. */
export interface SweepPlan {
  /** For people, and for the queue. Default the file's name. */
  readonly name?: string | undefined;
  readonly tasks: readonly (string | SweepTask)[];
  readonly algorithms: readonly (string | SweepAlgorithm)[];
  /** Each chooses prompts and everything random in an algorithm, as `--seed` does. Default `[0]`. */
  readonly seeds?: readonly number[] | undefined;
  readonly measure?: SweepMeasure | undefined;
  /** Where to compute. Default the CPU; `auto` would let the machine decide the result, and is refused. */
  readonly device?: DeviceName | undefined;
  /** What to compute in. Default float32. */
  readonly dtype?: ComputeDType | undefined;
  readonly tf32?: boolean | undefined;
}

const word = kind.such("a text that is not empty", (value) => typeof value === "string" && value.trim() !== "");
const paths = kind.either(word, some(word));

const checkPlan = fields("the plan", {
  name: word,
  tasks: kind.required(entries("a task's name or { task } or { model, prompts }")),
  algorithms: kind.required(entries("a name or { algorithm, options, grid }")),
  seeds: some(kind.whole),
  measure: kind.record,
  device: deviceName,
  dtype: kind.oneOf(computeDTypes),
  tf32: kind.flag,
} satisfies KindsOf<SweepPlan>);

const checkMeasure = fields("the plan's `measure`", {
  metrics: some(kind.text),
  ablations: some(kind.text),
  sizes: some(kind.whole),
  patch: kind.oneOf(patchTypes),
  mib: kind.flag,
} satisfies KindsOf<SweepMeasure>);

const checkTask = fields("a task of the plan", {
  task: word,
  key: word,
  model: word,
  prompts: paths,
  byToken: kind.flag,
  knownCircuit: word,
  positions: kind.listOf(kind.whole),
  sharePrefix: kind.flag,
  ...latentOptionKinds,
  autoencoders: paths,
  batchSize: kind.either(kind.count, kind.record),
  batchCount: kind.either(kind.count, kind.record),
  outputSlice: coreKinds.outputSlice,
  separateQkv: kind.flag,
  factorized: kind.flag,
  ungrouped: kind.flag,
  align: kind.oneOf(pairAlignments),
  priority: kind.integer,
} satisfies KindsOf<SweepTask>);

const trainAndTest = { train: kind.required(kind.count), test: kind.required(kind.count) };
const checkTrainTest = {
  batchSize: fields("`batchSize` of a task of the plan", trainAndTest),
  batchCount: fields("`batchCount` of a task of the plan", trainAndTest),
};

const checkAlgorithm = fields("an algorithm of the plan", {
  algorithm: kind.required(word),
  key: word,
  options: kind.record,
  grid: kind.record,
  priority: kind.integer,
} satisfies KindsOf<SweepAlgorithm>);

/**
 * Checks the form of a plan, down to the names of all its fields; names of tasks and algorithms are looked up by `expandPlan`.
 *
 * @throws AutocircuitError `bad-input`, or `unknown-name` with near names
 */
export function requirePlan(plan: unknown): asserts plan is SweepPlan {
  if (!kind.record.accepts(plan))
    throw new AutocircuitError(
      "bad-input",
      "The plan must be an object with `tasks` and `algorithms`; docs/sweeps.md shows one.",
    );
  checkPlan(plan);
  const { tasks, algorithms, seeds, measure = {} } = plan as SweepPlan;
  requireOnce("`seeds`", seeds);
  checkMeasure(measure);
  // Names one by one, so that a wrong one is answered with those that come near.
  const { metrics = [], ablations = [], sizes } = measure;
  for (const name of metrics) checkNames({ metrics: name });
  for (const name of ablations) checkNames({ ablations: name });
  for (const [name, list] of Object.entries({ metrics, ablations, sizes })) requireOnce(`\`measure.${name}\``, list);
  for (const task of tasks) if (typeof task !== "string") requireTask(task);
  for (const algorithm of algorithms) if (typeof algorithm !== "string") checkAlgorithm(algorithm);
}

function requireTask(task: SweepTask): void {
  checkTask(task);
  for (const name of ["batchSize", "batchCount"] as const)
    if (typeof task[name] === "object") checkTrainTest[name](task[name]);
}

const checkNames = fields("the plan's `measure`", {
  metrics: kind.oneOf(Object.keys(metrics)),
  ablations: coreKinds.ablationName,
});

function entries(what: string) {
  const one = kind.such(what, (value) => typeof value === "string" || kind.record.accepts(value));
  return some(one);
}

/** A list that is not empty. */
function some(entry: kind.Kind): kind.Kind {
  const list = kind.listOf(entry);
  return kind.such(`${list.what}, and not empty`, (value) => list.accepts(value) && (value as unknown[]).length > 0);
}
