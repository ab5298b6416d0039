import type { Curve } from "../types.ts";

/** The metric with its unit in brackets, unless its name ends with the unit already, as `KL(full model || circuit), nats` does. */
export function metricWithUnit({ metric, unit }: Pick<Curve, "metric" | "unit">): string {
  const said = [`, ${unit}`, `(${unit})`, ` in ${unit}`].some((end) => metric.endsWith(end));
  return unit === "" || said ? metric : `${metric} (${unit})`;
}
