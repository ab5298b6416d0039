import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { areaUnderCurve } from "./area-under-curve.ts";
import type { MetricValue } from "./metric.ts";
import { metricAxes } from "./metric-axes.ts";
import type { MetricAxis } from "./metric-axis.ts";
import type { MetricName } from "./metrics.ts";
import { normalizedArea } from "./normalized-area.ts";

/** Curves of one metric by task, and of each task by algorithm. */
export type CurvesByTask = Readonly<Record<string, Readonly<Record<string, readonly MetricValue[]>>>>;

/** How areas are told in one number an algorithm. */
export type AreaDefinition = "sound" | "reference";

/** Options of {@link areaSummary}. */
export interface AreaSummaryOptions {
  /** The metric, which says what is better and which axes are logarithmic. */
  readonly metric: MetricName;
  /** Default `"sound"`. */
  readonly definition?: AreaDefinition | undefined;
  /** With `"reference"`: the algorithm whose areas are those of random scores. Default `"Random"`. */
  readonly random?: string | undefined;
}

/** An algorithm's areas. */
export interface AreaSummary {
  readonly algorithm: string;
  /** What each task adds to the total. */
  readonly parts: readonly { readonly task: string; readonly value: number }[];
  readonly total: number;
  /** Tasks of which it has no curve: they add nothing, so that its total is not to be compared with one that has all. */
  readonly missing: readonly string[];
}

const point = kind.such("{ size, value }", (value) => {
  const { size, value: height } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof size === "number" && Number.isFinite(height);
});
const curvesByTask = kind.such("{ task: { algorithm: a list of { size, value }, all finite } }", (value) => {
  const ofTask = (curves: unknown) =>
    kind.record.accepts(curves) && Object.values(curves as object).every((one) => kind.listOf(point).accepts(one));
  return kind.record.accepts(value) && Object.values(value as object).every(ofTask);
});
const check = signature("areaSummary", { curves: curvesByTask }, {
  metric: kind.required(kind.oneOf(Object.keys(metricAxes))),
  definition: kind.oneOf(["sound", "reference"] satisfies AreaDefinition[]),
  random: kind.text,
} satisfies KindsOf<AreaSummaryOptions>);

/** Where the empty circuit stands on the logarithmic axis of sizes, as in the plots. */
const EMPTY_AT = 0.5;

/**
 * How good scores are over all circuit sizes, in one number an algorithm: the mean over tasks.
 *
 * - `"sound"`: how far the circuits come from what the empty one does (0) to what the whole graph does (1), mean over the logarithmic axis
 *   of sizes from the empty circuit (at 1/2) to the whole graph; values are on the metric's own axis, and so is the baseline. Higher is
 *   better, whichever way the metric runs.
 * - `"reference"`: AutoCircuit's bars. Areas above the empty circuit's value, which is subtracted as it is also from logarithms, without
 *   the stretch up to the first size, as shares of those of random scores; where lower is better, 2 less that. An area is at least 0.001, so
 *   that all falling curves on logarithmic axes look alike.
 *
 * Curves of fewer than two points, which yes-or-no circuits give, are left out.
 *
 * @returns a row an algorithm, in the order in which they first come
 * @throws AutocircuitError `bad-input` for a curve without the empty circuit, with `"sound"` also without a larger one or where both do the same;
 *   with `"reference"` without random scores on a task
 * @example
 * areaSummary({ ioi: { ACDC: points, Random: others } }, { metric: "kl-clean" });
 */
export function areaSummary(curves: CurvesByTask, options: AreaSummaryOptions): AreaSummary[] {
  check({ curves }, options);
  const axis = metricAxes[options.metric];
  const drawn = Object.entries(curves).map(([task, byAlgorithm]) => ({
    task,
    curves: Object.entries(byAlgorithm).filter(([, points]) => points.length > 1),
  }));
  const parts = options.definition === "reference" ? sharesOfRandom(drawn, axis, options) : meanRises(drawn, axis);
  const algorithms = [...new Set(parts.map(({ algorithm }) => algorithm))];
  return algorithms.map((algorithm) => {
    const own = parts.filter((part) => part.algorithm === algorithm);
    return {
      algorithm,
      parts: own.map(({ task, value }) => ({ task, value })),
      total: own.reduce((sum, { value }) => sum + value, 0),
      missing: drawn.map(({ task }) => task).filter((task) => !own.some((part) => part.task === task)),
    };
  });
}

interface TaskCurves {
  readonly task: string;
  readonly curves: readonly (readonly [algorithm: string, points: readonly MetricValue[]])[];
}

interface Part {
  readonly algorithm: string;
  readonly task: string;
  readonly value: number;
}

function sharesOfRandom(tasks: readonly TaskCurves[], axis: MetricAxis, options: AreaSummaryOptions): Part[] {
  const { random = "Random" } = options;
  const area = (points: readonly MetricValue[]) =>
    areaUnderCurve(points, { logX: true, logY: axis.log, ...(axis.least !== undefined && { yMin: axis.least }) });
  return tasks.flatMap(({ task, curves }) => {
    const other = curves.find(([algorithm]) => algorithm === random);
    if (other === undefined) {
      throw new AutocircuitError(
        "bad-input",
        `The task ${JSON.stringify(task)} has no curve of ${JSON.stringify(random)} to compare with: measure random scores, or name them as \`random\`.`,
      );
    }
    return curves.map(([algorithm, points]) => {
      // Normalised one task at a time, then shared out: each task counts the same, whichever algorithms it has.
      const ofTask = [{ area: area(points), random: area(other[1]) }];
      const [whole] = normalizedArea(ofTask, { lowerIsBetter: axis.lowerIsBetter });
      return { algorithm, task, value: whole! / tasks.length };
    });
  });
}

function meanRises(tasks: readonly TaskCurves[], axis: MetricAxis): Part[] {
  return tasks.flatMap(({ task, curves }) =>
    curves.map(([algorithm, points]) => ({
      algorithm,
      task,
      value: meanRise(points, axis, `${JSON.stringify(algorithm)} on ${JSON.stringify(task)}`) / tasks.length,
    })),
  );
}

/** Mean height of a curve between that of its first point, 0, and that of its last, 1. */
function meanRise(points: readonly MetricValue[], { log, least }: MetricAxis, which: string): number {
  const sorted = points.toSorted((a, b) => a.size - b.size);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  if (first.size !== 0)
    throw new AutocircuitError("bad-input", `The curve of ${which} has no value for the empty circuit (size 0).`);
  const height = ({ value }: MetricValue) => (log ? Math.log10(Math.max(value, least!)) : value);
  const rise = height(last) - height(first);
  if (!(Math.abs(rise) > 0) || last.size === 0) {
    throw new AutocircuitError(
      "bad-input",
      `The curve of ${which} ends where it begins (${first.value} with no edge, ${last.value} with ${last.size}): nothing tells good circuits from bad ones.`,
    );
  }
  const place = ({ size }: MetricValue) => Math.log10(Math.max(size, EMPTY_AT));
  let area = 0;
  for (let i = 1; i < sorted.length; i++) {
    const [left, right] = [sorted[i - 1]!, sorted[i]!];
    area += ((place(right) - place(left)) * (height(left) + height(right) - 2 * height(first))) / 2;
  }
  return area / (rise * (place(last) - place(first)));
}
