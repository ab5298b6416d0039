import { type MeasurementName, measurements } from "./measurements.ts";
import type { MetricAxis } from "./metric-axis.ts";

/**
 * How each metric is drawn. Titles and scales are AutoCircuit's, except that log-probabilities, which are negative, have a linear axis; its
 * logarithmic one shows nothing of them. The number of edges is on a logarithmic axis for all.
 */
export const metricAxes = Object.fromEntries(
  Object.entries(measurements).map(([name, { axis }]) => [name, axis]),
) as Readonly<Record<MeasurementName, MetricAxis>>;
