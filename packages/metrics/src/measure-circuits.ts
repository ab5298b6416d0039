import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type Circuit,
  chosenCircuits,
  coreKinds,
  type PatchableModel,
  type PromptLoader,
  patchTypes,
  type RunCircuitsOptions,
  rankOfScores,
  ranks,
  requireDifferentPairs,
  runCircuits,
  tiesNotes,
} from "@autocircuit/core";
import { requireFittingMetrics, usualMetrics } from "./fitting-metrics.ts";
import { FullModel } from "./full-model.ts";
import { measuredAtOnce } from "./measured-at-once.ts";
import type { MetricValue } from "./metric.ts";
import { type MetricName, metrics } from "./metrics.ts";

/** Options of {@link measureCircuits}. */
export interface MeasureCircuitsOptions extends Omit<RunCircuitsOptions, "reverseCleanCorrupt"> {
  /** Default: {@link usualMetrics}. */
  readonly metrics?: readonly MetricName[] | undefined;
}

/** What was measured of one circuit. */
export interface MeasuredCircuit {
  readonly size: number;
  /** The sizes that were asked for and gave this circuit. */
  readonly asked: readonly number[];
  readonly metrics: Partial<Record<MetricName, number>>;
  /** Standard deviation and each prompt's number, of the metrics that have them. */
  readonly spread: Partial<Record<MetricName, MetricSpread>>;
  /** What is not as it was asked for, in words: that scores tie for the last places of a size that was asked for. */
  readonly notes: readonly string[];
}

/** How a metric differs from prompt to prompt; see {@link MetricValue}. */
export type MetricSpread = Required<Pick<MetricValue, "deviation" | "points">>;

const check = signature("measureCircuits", { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader }, {
  ...coreKinds.longOptions,
  circuits: kind.listOf(coreKinds.circuit),
  scores: coreKinds.pruneScores,
  sizes: kind.listOf(kind.whole),
  rank: kind.oneOf(ranks),
  patch: kind.oneOf(patchTypes),
  ablation: coreKinds.ablationName,
  metrics: kind.listOf(kind.oneOf(Object.keys(metrics))),
} satisfies KindsOf<MeasureCircuitsOptions>);

/**
 * Runs circuits, given ones or those of several sizes that scores give, and measures each by several metrics. They run a few at a time: a large vocabulary's logits of all of
 * them would take more memory than the model.
 *
 * @returns an entry a circuit, in the order given or by growing size
 * @throws AutocircuitError `bad-input`, before anything runs, for metrics that do not fit the model's outputs and prompt pairs that are all equal with
 *   resample ablation; as `runCircuits` and the metrics do
 *
 * @example
 * const circuits = await measureCircuits(task.model, task.test, { scores, sizes: [10, 100], metrics: ["kl-clean", "logit-diff"] });
 * console.table(circuits.map(({ size, metrics }) => ({ size, ...metrics })));
 */
export async function measureCircuits(
  model: PatchableModel,
  prompts: PromptLoader,
  options: MeasureCircuitsOptions,
): Promise<MeasuredCircuit[]> {
  check({ model, prompts }, options);
  const sized = chosenCircuits(model.graph, options);
  const { metrics: names = usualMetrics(model), patch, ablation, signal, onProgress } = options;
  requireFittingMetrics(model, names);
  requireDifferentPairs(prompts.prompts, { ablation });
  const atOnce = measuredAtOnce(model, prompts);
  using full = new FullModel(model, prompts);
  const measured: MeasuredCircuit[] = [];
  for (let first = 0; first < sized.length; first += atOnce) {
    const some = sized.slice(first, first + atOnce);
    using runs = await runCircuits(model, prompts, {
      ...{ patch, ablation, signal },
      circuits: some.map(({ circuit }) => circuit),
      onProgress: ({ done, total }) => {
        const steps = total / some.length;
        onProgress?.({ done: first * steps + done, total: sized.length * steps });
      },
    });
    const entries = some.map(
      ({ circuit, asked }): MeasuredCircuit => ({
        ...{ size: circuit.size, asked, metrics: {}, spread: {}, notes: notesOf(circuit, asked, options) },
      }),
    );
    for (const name of names) {
      const values = await metrics[name].measure(model, prompts, runs, { full, ...(signal && { signal }) });
      for (const [i, { value, deviation, points }] of values.entries()) {
        entries[i]!.metrics[name] = value;
        if (deviation !== undefined && points) entries[i]!.spread[name] = { deviation, points };
      }
    }
    measured.push(...entries);
  }
  return measured;
}

/** What there is to say of a circuit of sizes that were asked for; circuits and sizes of the library's own choice are as they were meant. */
function notesOf(
  circuit: Circuit,
  asked: readonly number[],
  { scores, sizes, rank }: MeasureCircuitsOptions,
): readonly string[] {
  if (scores === undefined || sizes === undefined) return [];
  const notes = asked.map((size) => tiesNotes(scores, size, circuit, rank ?? rankOfScores(scores)));
  // Sizes that give one circuit tie for the same places.
  return notes.find((lines) => lines.length > 0) ?? [];
}
