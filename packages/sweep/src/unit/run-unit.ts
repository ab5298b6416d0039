import { AutocircuitError } from "@autocircuit/base";
import { type LoadedTask, type LongOptions, type Progress, type PruneScores, throwIfAborted } from "@autocircuit/core";
import {
  type ExperimentTask,
  type MeasuredSeries,
  type MibMeasures,
  measureAll,
  measureMib,
  runAlgorithms,
  type TrainingHistory,
} from "@autocircuit/discovery";
import { averagePrecision, rocCurve } from "@autocircuit/metrics";
import type { SweepUnit } from "../plan/unit.ts";
import { type LatentCosts, latentCosts } from "./latent-costs.ts";

/** A metric of a unit's circuits. */
export type UnitSeries = Omit<MeasuredSeries, "task" | "algorithm">;

/** The benchmark's measures of a unit's scores; what is to be said of them follows from their numbers. */
export type UnitMib = Omit<MibMeasures, "notes">;

/** What a unit gives: the same on every machine of one kind, however it was run. */
export interface UnitResult extends LatentCosts {
  /** Graph, known circuit and prompts' keys. */
  readonly subject: Omit<ExperimentTask, "key" | "name">;
  readonly series: readonly UnitSeries[];
  /** How well the scores tell the edges of the known circuit from others; null where none is known. */
  readonly truth: { readonly auroc: number; readonly averagePrecision: number } | null;
  /** Where the plan asks for it: the benchmark's measures, or why there are none. */
  readonly mib: UnitMib | { readonly none: string } | null;
  /** Of algorithms that train. */
  readonly history: TrainingHistory | null;
  /** A safetensors file with the scores, as `PruneScores.save` writes it, in base64. */
  readonly scores: string;
}

/** A result with how long its parts took, in seconds on the wall. */
export interface TimedResult {
  readonly result: UnitResult;
  readonly discover: number;
  readonly measure: number;
}

/** The two parts of a unit's work. */
export type UnitPart = "discover" | "measure";

/** Options of {@link runUnit}. */
export interface RunUnitOptions extends Pick<LongOptions, "signal"> {
  /** Told which share of a part is done, from 0 to 1. */
  readonly onPart?: ((part: UnitPart, share: number) => void) | undefined;
}

/**
 * Runs one unit on its model and prompts: the algorithm, then every measure of its circuits. Every runner calls this.
 *
 * @throws AutocircuitError what the algorithm and the measures throw; `aborted`
 */
export async function runUnit(task: LoadedTask, unit: SweepUnit, options: RunUnitOptions = {}): Promise<TimedResult> {
  const { signal, onPart } = options;
  const { key, algorithm, measure } = unit;
  const tell = (part: UnitPart) => (step: Progress) => onPart?.(part, step.done / step.total);
  const chosen = { algorithm, key, options: { ...unit.options, seed: unit.subject.seed } };
  const found = await runAlgorithms([task], [chosen], { signal, onProgress: tell("discover") });
  const started = performance.now();
  const { metrics, ablations, patch } = measure;
  // A plan has graphs of many sizes: those that are larger than this one are left out.
  const sizes = measure.sizes?.filter((size) => size <= task.model.graph.edgeCount);
  const measured = await measureAll([task], found, {
    ...{ metrics, ablations, sizes, patch, signal },
    onProgress: tell("measure"),
  });
  const [{ scores, seconds, history = null }] = measured.scored as [(typeof measured.scored)[number]];
  const mib = measure.mib ? await benchmark(task, scores, signal) : null;
  const { key: _, name: __, ...subject } = measured.tasks[0]!;
  const result: UnitResult = {
    subject,
    series: measured.series.map(plainSeries),
    truth: task.knownEdges === null ? null : againstKnown(scores, task.knownEdges),
    mib,
    ...latentCosts(task),
    history,
    scores: Buffer.from(scores.toBytes()).toString("base64"),
  };
  throwIfAborted(signal);
  return { result, discover: seconds, measure: (performance.now() - started) / 1000 };
}

/** A series without the names, which are the plan's, and without each prompt's number, which would be most of the file. */
function plainSeries({ task: _, algorithm: __, points, ...series }: MeasuredSeries): UnitSeries {
  return {
    ...series,
    points: points.map(({ size, value, deviation }) => ({
      ...{ size, value },
      ...(deviation !== undefined && { deviation }),
    })),
  };
}

function againstKnown(scores: PruneScores, edges: NonNullable<LoadedTask["knownEdges"]>): UnitResult["truth"] {
  return { auroc: rocCurve(scores, edges).auroc, averagePrecision: averagePrecision(scores, edges) };
}

/** The benchmark's measures; a task whose outputs have no logit difference has none, which is no failure of the unit. */
async function benchmark(
  task: LoadedTask,
  scores: PruneScores,
  signal: AbortSignal | undefined,
): Promise<UnitResult["mib"]> {
  const known = task.knownEdges === null ? {} : { knownEdges: task.knownEdges };
  try {
    const { notes: _, ...measures } = await measureMib(task.model, task.test, scores, { ...known, signal });
    return measures;
  } catch (error) {
    if (error instanceof AutocircuitError && error.code === "bad-input") return { none: error.message };
    throw error;
  }
}
