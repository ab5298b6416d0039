import type { Curve, CurvePoint } from "@autocircuit/report";
import type { MeasuredAxis } from "../growth/growth-report.ts";
import type { GrowthResult } from "../growth/measure-point.ts";

/** A picture of {@link growthCurves}. */
export interface GrowthCurve {
  /** Part of the file's name: `prompts-seconds`. */
  name: string;
  title: string;
  curve: Curve;
}

/** An axis as two curves: seconds, and memory; each measure beside its floor. */
export function growthCurves(axis: MeasuredAxis): GrowthCurve[] {
  const last = axis.points.at(-1)?.x ?? 0;
  const first = axis.points[0]?.x ?? 1;
  const base = {
    across: axis.title,
    // Fewer than two decades have too few marks on a logarithmic axis.
    edgeScale: last >= 50 * first ? ("log" as const) : ("linear" as const),
    valueScale: "log" as const,
  };
  const curve = (metric: string, unit: string, value: (result: GrowthResult) => [number, number]): Curve => ({
    ...base,
    metric,
    unit,
    points: axis.points.flatMap(({ x, results }) => results.flatMap((result) => pointsOf(x, result, value))),
  });
  return [
    {
      name: `${axis.name}-seconds`,
      title: `Seconds against ${axis.title}`,
      curve: curve("time", "s", (result) => [result.seconds, result.floorSeconds]),
    },
    {
      name: `${axis.name}-memory`,
      title: `Peak memory against ${axis.title}`,
      curve: curve("peak memory", "MiB", (result) => [result.peakBytes / 2 ** 20, result.floorBytes / 2 ** 20]),
    },
  ];
}

function pointsOf(x: number, result: GrowthResult, value: (result: GrowthResult) => [number, number]): CurvePoint[] {
  const [measured, floor] = value(result);
  return [
    { size: x, value: measured, series: result.measure },
    { size: x, value: floor, series: `floor of ${result.measure}` },
  ];
}
