import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  circuitsOfSizes,
  coreKinds,
  type LongOptions,
  type PromptSlice,
  type PruneScores,
  requireSameGraph,
} from "@autocircuit/core";
import type { CircuitMeter } from "./circuit-meter.ts";
import { sizeLevels } from "./curve-sizes.ts";
import { planCurve, SizeCosts } from "./plan-curve.ts";
import { type CircuitMeasures, joinedMeasures } from "./slice-measures.ts";

/** Options of {@link measureCurve}. */
export interface CurveOptions extends Omit<LongOptions, "signal"> {
  readonly scores: PruneScores;
  /** Sizes to choose from, such as those of `defaultCircuitSizes`. */
  readonly sizes: readonly number[];
  /** Sizes that are measured whatever else is left out. */
  readonly always?: readonly number[] | undefined;
  /** Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /**
   * Seconds to spend: sizes and prompts are chosen to fit. Default: as many sizes as a
   * curve needs (some 25) on all prompts, however long it takes.
   */
  readonly seconds?: number | undefined;
}

/** Circuits of growing size, all measured on the same prompts. */
export interface MeasuredCurve {
  readonly points: readonly (CircuitMeasures & { readonly size: number })[];
  /** Different circuits that there were to choose from. */
  readonly ofSizes: number;
  /** Prompt pairs that the points were measured on. */
  readonly promptCount: number;
  /** Prompt pairs that there are. */
  readonly ofPrompts: number;
  readonly seconds: number;
}

const check = signature("measureCurve", { meter: kind.having("a CircuitMeter", "measureSlice") }, {
  scores: kind.required(coreKinds.pruneScores),
  sizes: kind.required(kind.listOf(kind.whole)),
  always: kind.listOf(kind.whole),
  ablation: coreKinds.ablationName,
  seconds: kind.positive,
  onProgress: kind.callback,
} satisfies KindsOf<CurveOptions>);

/**
 * Measures circuits of growing size. Where time is limited a few sizes, those that keep few edges first, are measured on the first few
 * prompts; from what they took follows how many sizes and prompts there is time for. What the meter has measured before costs nothing.
 *
 * @throws AutocircuitError `bad-input` for scores of another graph or sizes that it cannot have; `aborted` by the meter's signal
 *
 * @example
 * using meter = new CircuitMeter(task.model, task.test);
 * const sizes = defaultCircuitSizes(task.model.graph, scores);
 * const { points, promptCount } = await measureCurve(meter, { scores, sizes, seconds: 30 });
 */
export async function measureCurve(meter: CircuitMeter, options: CurveOptions): Promise<MeasuredCurve> {
  check({ meter }, options);
  const { scores, ablation = "resample", seconds: limit = Number.POSITIVE_INFINITY, onProgress } = options;
  requireSameGraph(scores.graph, meter.model.graph, "The scores are");
  const circuits = new Map(
    circuitsOfSizes(scores, [...options.sizes, ...(options.always ?? [])]).map(({ circuit }) => [
      circuit.size,
      circuit,
    ]),
  );
  const always = (options.always ?? []).map((size) => scores.circuit(size).size);
  const started = performance.now();
  const spent = () => (performance.now() - started) / 1000;
  const all = [...circuits.keys()];
  const levels = sizeLevels(all, always).slice(Number.isFinite(limit) ? 0 : -1);
  const costs = new SizeCosts();
  const measured = new Map<number, CircuitMeasures[]>();
  const limited = Number.isFinite(limit);
  let sizes: readonly number[] = levels[0]!;
  let [promptCount, overhead] = [0, 0];
  let wanted = limited ? 0 : meter.promptCount;
  const total = () => sizes.length * Math.max(wanted, promptCount);

  /** Measures some sizes on a slice. */
  const run = async (part: PromptSlice, some: readonly number[], first: boolean) => {
    const count = part.slice.size;
    const before = spent();
    let [next, inCircuits] = [0, 0];
    await meter.measureSlice(
      part,
      ablation,
      some.map((size) => circuits.get(size)!),
      (found, took) => {
        const size = some[next++]!;
        if (took > 0) costs.observe(size, took / count);
        inCircuits += took;
        measured.set(size, [...(measured.get(size) ?? []), found]);
        // Before it is known how much there is time for, there is no share that is done.
        if (wanted > 0)
          onProgress?.({ done: Math.min(total(), sizes.length * promptCount + next * count), total: total() });
        return !(first && spent() > limit);
      },
    );
    overhead = (spent() - before - inCircuits) / count;
  };

  const [first, ...others] = meter.slices as [PromptSlice, ...PromptSlice[]];
  await run(first, sizes, true);
  promptCount = first.slice.size;
  sizes = sizes.filter((size) => measured.has(size));
  if (limited && spent() < limit) {
    const costOf = (size: number) => costs.of(size);
    const known = { levels, promptCount: meter.promptCount, measured: promptCount, costOf, overhead };
    const plan = planCurve({ ...known, seconds: limit - spent() });
    [sizes, wanted] = [plan.sizes, plan.promptCount];
    await run(
      first,
      sizes.filter((size) => !measured.has(size)),
      false,
    );
  }
  for (const part of others) {
    // Groups may take longer than was foreseen.
    if (promptCount + part.slice.size > wanted || spent() > limit) break;
    await run(part, sizes, false);
    promptCount += part.slice.size;
  }
  onProgress?.({ done: total(), total: total() });
  const points = sizes.map((size) => ({ size, ...joinedMeasures(measured.get(size)!) }));
  return { points, ofSizes: all.length, promptCount, ofPrompts: meter.promptCount, seconds: spent() };
}
