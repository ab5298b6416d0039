import { AutocircuitError } from "@autocircuit/base";
import type { MetricName } from "@autocircuit/metrics";
import { areaSummary } from "@autocircuit/metrics";
import type { MetricPoint } from "@autocircuit/report";
import type { UnitSeries } from "../unit/run-unit.ts";
import { seedMean } from "./seed-means.ts";

/**
 * One curve of several seeds': at each size the mean over the seeds that have a circuit of it, with their standard deviation. Sizes that
 * fewer than half of the seeds have, as ties make them, are left out.
 */
export function meanCurve(curves: readonly UnitSeries["points"][]): MetricPoint[] {
  if (curves.length === 1) return curves[0]!.map(({ size, value, deviation }) => ({ size, value, deviation }));
  const bySize = new Map<number, number[]>();
  for (const { size, value } of curves.flat()) bySize.set(size, [...(bySize.get(size) ?? []), value]);
  return [...bySize]
    .filter(([, values]) => 2 * values.length >= curves.length)
    .sort(([a], [b]) => a - b)
    .flatMap(([size, values]) => {
      const found = seedMean(values);
      return found ? [{ size, value: found.mean, deviation: found.deviation ?? undefined }] : [];
    });
}

/** The area of one curve, see `areaSummary`; null where it has none, as of a circuit of one size. */
export function areaOf(metric: MetricName, points: UnitSeries["points"]): number | null {
  try {
    return areaSummary({ task: { algorithm: points } }, { metric })[0]?.total ?? null;
  } catch (error) {
    if (error instanceof AutocircuitError && error.code === "bad-input") return null;
    throw error;
  }
}
