import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { visible } from "../escape.ts";
import { metricPlotSpec } from "./metric-plot-spec.ts";
import type { MetricSeries } from "./metric-series.ts";
import { type PanelOptions, panelKinds, panelSize } from "./panel-size.ts";
import { renderSpec } from "./render-spec.ts";

/** How a metric is drawn. */
export interface MetricPlotOptions extends PanelOptions {
  /** Title of the axis of values. */
  readonly metric: string;
  /** Whether values are on a logarithmic axis. Default false. */
  readonly log?: boolean | undefined;
  /** With `log`: the least value on the axis, above zero; smaller ones are drawn there. Default the smallest value above zero. */
  readonly least?: number | undefined;
  /** Name for people who cannot see the picture. */
  readonly title?: string | undefined;
}

const point = kind.such("{ size, value }", (value) => {
  const { size, value: height, deviation } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  const spread = deviation === undefined || typeof deviation === "number";
  return typeof size === "number" && typeof height === "number" && spread;
});
const seriesKind = kind.such("{ task, algorithm, points }", (value) => {
  const { task, algorithm, points } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof task === "string" && typeof algorithm === "string" && kind.listOf(point).accepts(points);
});
const check = signature("metricPlotSvg", { series: kind.listOf(seriesKind) }, {
  ...panelKinds,
  metric: kind.required(kind.text),
  log: kind.flag,
  least: kind.positive,
  title: kind.text,
} satisfies KindsOf<MetricPlotOptions>);

/**
 * Draws a metric against the number of edges as a standalone SVG, through Vega-Lite and without a browser: a panel a task, a line an
 * algorithm, with a band of one standard deviation where there is one. The axis of edges is logarithmic, with the empty circuit at its left
 * end; an algorithm of a single circuit is a cross with its name. Points that are not finite are left out.
 *
 * @throws AutocircuitError `bad-input` where there is no finite point
 * @example
 * const { title, log, least } = metricAxes["kl-clean"];
 * const svg = await metricPlotSvg(results.series.filter((one) => one.metric === "kl-clean"), { metric: title, log, least });
 */
export async function metricPlotSvg(series: readonly MetricSeries[], options: MetricPlotOptions): Promise<string> {
  check({ series }, options);
  const { metric, log = false, title = `${metric} against the number of edges` } = options;
  const finite = series.map((one) => ({
    task: visible(one.task),
    algorithm: visible(one.algorithm),
    points: one.points.filter(({ size, value }) => Number.isFinite(size) && Number.isFinite(value)),
  }));
  const values = finite.flatMap(({ points }) => points.map(({ value }) => value));
  if (values.length === 0) throw new AutocircuitError("bad-input", "`series` has no finite point. Give at least one.");
  const least = options.least ?? Math.min(...values.filter((value) => value > 0));
  if (log && !Number.isFinite(least)) {
    throw new AutocircuitError(
      "bad-input",
      "`log`: no value is above zero, so a logarithmic axis has nothing to show.",
    );
  }
  const drawn = finite.filter(({ points }) => points.length > 0);
  return renderSpec(
    metricPlotSpec(drawn, { metric: visible(metric), log, least, size: panelSize(options), columns: options.columns }),
    title,
  );
}
