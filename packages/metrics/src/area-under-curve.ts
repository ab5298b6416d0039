import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { MetricValue } from "./metric.ts";

/** How the area under a curve is taken. */
export interface AreaOptions {
  /** Sizes on a logarithmic axis; the stretch from size 0 is then left out. Default false. */
  readonly logX?: boolean;
  /** Values on a logarithmic axis that starts at `yMin`. Default false. */
  readonly logY?: boolean;
  /** With `logY`: smallest value on the axis, above zero; smaller ones are raised to it. */
  readonly yMin?: number;
  /** Smallest area that is given. Default 0.001. */
  readonly smallest?: number;
  /**
   * With `logY`: put the baseline on the same axis as the values. AutoCircuit subtracts the baseline as it is from logarithms, which is the
   * default here.
   */
  readonly baselineOnAxis?: boolean;
}

const point = kind.such("{ size, value }, both finite numbers", (value) => {
  const { size, value: height } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return Number.isFinite(size) && Number.isFinite(height);
});
const check = signature("areaUnderCurve", { points: kind.listOf(point) }, {
  logX: kind.flag,
  logY: kind.flag,
  yMin: kind.finite,
  smallest: kind.such("a number", (value) => typeof value === "number" && !Number.isNaN(value)),
  baselineOnAxis: kind.flag,
} satisfies KindsOf<AreaOptions>);

/**
 * Area between a curve of a metric over circuit sizes and its value for the empty circuit, by trapezoids, as AutoCircuit defines it
 * (`measurements_auc`): logarithms to base 10, and an area that is smaller than `smallest`, or negative, counts as that.
 *
 * @param points values at circuit sizes in any order; one of them at size 0, the baseline
 * @throws AutocircuitError `bad-input` without a point at size 0, or with `logY` and no `yMin` above zero
 * @example
 * areaUnderCurve([{ size: 0, value: 1 }, { size: 1, value: 1 }, { size: 10, value: 3 }], { logX: true }); // 1
 */
export function areaUnderCurve(points: readonly MetricValue[], options: AreaOptions = {}): number {
  check({ points }, options);
  const { logX = false, logY = false, yMin, smallest = 1e-3, baselineOnAxis = false } = options;
  const sorted = points.toSorted((a, b) => a.size - b.size);
  if (sorted[0]?.size !== 0) {
    throw new AutocircuitError("bad-input", "Area under a curve: it needs the value for the empty circuit (size 0).");
  }
  if (logY && !(yMin !== undefined && yMin > 0)) {
    throw new AutocircuitError(
      "bad-input",
      "Area under a curve: a logarithmic axis of values needs `yMin` above zero.",
    );
  }
  const onAxis = (value: number) => (logY ? Math.log10(Math.max(value, yMin!)) - Math.log10(yMin!) : value);
  const raw = sorted[0].value;
  const baseline = baselineOnAxis ? onAxis(raw) : raw;
  let area = 0;
  for (let i = 1; i < sorted.length; i++) {
    const [left, right] = [sorted[i - 1]!, sorted[i]!];
    if (logX && left.size === 0) continue;
    const width = logX ? Math.log10(right.size) - Math.log10(left.size) : right.size - left.size;
    area += (width * (onAxis(left.value) - baseline + (onAxis(right.value) - baseline))) / 2;
  }
  return Math.max(area, smallest);
}
