import type { MetricAxis } from "./metric-axis.ts";
import { type MetricName, metrics } from "./metrics.ts";

/**
 * How each metric is drawn. Titles and scales are AutoCircuit's, except that log-probabilities, which are negative, have a linear axis; its
 * logarithmic one shows nothing of them. The number of edges is on a logarithmic axis for all.
 */
export const metricAxes = Object.fromEntries(
  Object.entries(metrics).map(([name, { axis }]) => [name, axis]),
) as Readonly<Record<MetricName, MetricAxis>>;
