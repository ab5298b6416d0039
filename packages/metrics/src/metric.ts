import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type PatchableModel, type PromptBatch, type PromptLoader } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { FullModel, type FullOutputs } from "./full-model.ts";
import type { MeasuredRun } from "./measured-run.ts";
import { perPrompt } from "./per-prompt.ts";
import { requireNumber, requireNumbers, sumOf } from "./require-numbers.ts";

/** A metric's value for one circuit. */
export interface MetricValue {
  /** Number of edges in the circuit. */
  size: number;
  value: number;
  /** Unbiased standard deviation of {@link points}; 0 for a single prompt. Only where there are points. */
  deviation?: number;
  /**
   * What the metric is for each prompt, in the order of batches and prompts; mean over the positions of a prompt. Only of metrics in
   * percent that are a mean over prompts.
   */
  points?: readonly number[];
}

/** Options every metric takes. */
export interface MetricOptions {
  signal?: AbortSignal;
  /** Outputs of the unpatched model, if at hand; otherwise the model runs once more. */
  full?: FullOutputs;
}

/** The model whose circuits are measured; may be null where `full` is given, or the metric compares with answers only. */
export type MeasuredModel = PatchableModel | null;

/**
 * A metric: its value for each circuit that was run.
 *
 * @param model the model the circuits were run on
 * @param prompts the prompts they were run on
 * @param runs what `runCircuits` gave
 */
export type Metric = (
  model: MeasuredModel,
  prompts: PromptLoader,
  runs: readonly MeasuredRun[],
  options?: MetricOptions,
) => Promise<MetricValue[]>;

/** What {@link MetricOptions} may be. */
export const metricOptions: KindsOf<MetricOptions> = {
  signal: kind.signal,
  full: kind.having("the full model's outputs (see FullModel)", "logits"),
};

const run = kind.such("{ size, logits } as runCircuits gives them", (value) => {
  const { size, logits } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof size === "number" && kind.listOf(coreKinds.tensor).accepts(logits);
});
const checkRuns = signature("a metric", { prompts: coreKinds.promptLoader, runs: kind.listOf(run) });
const checkFull = signature("a metric of the full model", {
  model: kind.orNull(coreKinds.patchableModel),
  prompts: coreKinds.promptLoader,
});

/** Logits of one batch to a tensor of numbers to be gathered, usually one a prompt. */
export type BatchMetric = (logits: Tensor) => Tensor;

/** How the numbers of all batches become one. */
export type Reduction = "mean" | "max";

interface MeasureRunsOptions {
  readonly reduction?: Reduction;
  readonly ratios?: boolean;
  readonly points?: boolean;
}

/**
 * Applies a metric to every batch of every run. Everything is enqueued at once; the values are read back together.
 *
 * @param prepare called once a batch, with the logits of a run, for what all circuits share; gives the metric for that batch
 * @param options.reduction default "mean"
 * @param options.ratios whether the numbers are ratios, which may divide by zero; others must be finite
 * @param options.points whether each prompt's number is given too, `[batch]` or `[batch, ...]`, whose mean it is
 * @returns one number a run, in their order
 * @throws AutocircuitError `not-finite` for logits or values that are NaN or infinite, naming circuit and prompt
 */
export async function measureRuns(
  prompts: PromptLoader,
  runs: readonly MeasuredRun[],
  prepare: (batch: PromptBatch, index: number, like: Tensor) => BatchMetric,
  { reduction = "mean", ratios = false, points = false }: MeasureRunsOptions = {},
): Promise<MetricValue[]> {
  checkRuns({ prompts, runs });
  if (runs.length === 0) return [];
  for (const run of runs) checkBatches(run, prompts);
  const [values, sums, each] = await scope(async () => {
    const perBatch = prompts.batches.map((batch, index) =>
      scope(() => {
        const measure = prepare(batch, index, runs[0]!.logits[index]!);
        return runs.map((run) => scope(() => measure(run.logits[index]!).to("float64")));
      }),
    );
    const perRun = runs.map((_, run) => {
      const all = Tensor.cat(perBatch.map((batch) => batch[run]!.reshape([-1])));
      return reduction === "mean" ? all.mean() : all.max();
    });
    const sums = runs.flatMap((run) => run.logits.map((logits) => scope(() => sumOf(logits))));
    const ofPrompts = points ? runs.map((_, run) => Tensor.cat(perBatch.map((batch) => perPrompt(batch[run]!)))) : [];
    return [
      await Tensor.stack(perRun).data(),
      await Tensor.stack(sums).data(),
      await Promise.all(ofPrompts.map(async (one) => Array.from(await one.data(), Number))),
    ] as const;
  });
  await requireNumbers(Array.from(sums, Number), runs, prompts);
  return runs.map((run, index) => {
    const value = Number(values[index]);
    const measured = { size: run.size, value: ratios ? value : requireNumber(value, run) };
    return points ? { ...measured, deviation: deviationOf(each[index]!), points: each[index]! } : measured;
  });
}

/** Unbiased standard deviation; 0 of a single number. */
function deviationOf(numbers: readonly number[]): number {
  if (numbers.length < 2) return 0;
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (numbers.length - 1));
}

/**
 * Calls back with the outputs of the full model, made for the occasion unless they were given.
 *
 * @throws AutocircuitError when there is neither a model nor its outputs
 */
export async function withFullModel<T>(
  model: MeasuredModel,
  prompts: PromptLoader,
  options: MetricOptions,
  use: (full: FullOutputs) => Promise<T>,
): Promise<T> {
  checkFull({ model, prompts });
  if (options.full !== undefined) return use(options.full);
  if (model === null) {
    throw new AutocircuitError(
      "bad-input",
      "This metric compares with the full model: pass the model, or its outputs as `full`.",
    );
  }
  using full = new FullModel(model, prompts);
  return await use(full);
}

function checkBatches(run: MeasuredRun, prompts: PromptLoader): void {
  if (run.logits.length === prompts.batches.length) return;
  throw new AutocircuitError(
    "shape",
    `The circuit of ${run.size} edges was run on ${run.logits.length} batches, but these prompts have ` +
      `${prompts.batches.length}. Measure it on the prompts it was run on.`,
  );
}
