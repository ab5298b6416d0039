import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { TopLevelSpec } from "vega-lite";
import { config, axis as ticks } from "../curve/curve-spec.ts";
import { visible } from "../escape.ts";
import { type PanelOptions, panelKinds, panelSize } from "./panel-size.ts";
import { panelsOf } from "./panels.ts";
import { renderSpec } from "./render-spec.ts";
import { seriesChannels } from "./series-channels.ts";

/** What an algorithm costs on a task, and how well it does. */
export interface CostPoint {
  readonly task: string;
  readonly algorithm: string;
  /** Above zero. */
  readonly cost: number;
  readonly quality: number;
}

/** How cost and quality are drawn. */
export interface CostPlotOptions extends PanelOptions {
  /** Titles of the axes. */
  readonly cost: string;
  readonly quality: string;
  /** Name for people who cannot see the picture. */
  readonly title?: string | undefined;
}

const point = kind.such("{ task, algorithm, cost, quality }, the cost above zero", (value) => {
  const { task, algorithm, cost, quality } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  const texts = typeof task === "string" && typeof algorithm === "string";
  return texts && kind.positive.accepts(cost) && kind.finite.accepts(quality);
});
const check = signature("costPlotSvg", { points: kind.listOf(point) }, {
  ...panelKinds,
  cost: kind.required(kind.text),
  quality: kind.required(kind.text),
  title: kind.text,
} satisfies KindsOf<CostPlotOptions>);

/**
 * Draws what algorithms cost against how well they do as a standalone SVG, through Vega-Lite and without a browser: a panel a task, a point
 * an algorithm, cost on a logarithmic axis.
 *
 * @throws AutocircuitError `bad-input` without a point
 * @example
 * const points = [{ task: "ioi", algorithm: "ACDC", cost: 120, quality: 0.91 }];
 * const svg = await costPlotSvg(points, { cost: "seconds", quality: "area under the ROC curve" });
 */
export async function costPlotSvg(points: readonly CostPoint[], options: CostPlotOptions): Promise<string> {
  check({ points }, options);
  if (points.length === 0) throw new AutocircuitError("bad-input", "`points` is empty. Give at least one.");
  const { cost, quality, title = `${quality} against ${cost}` } = options;
  const { color, shape } = seriesChannels(
    points.map(({ algorithm }) => algorithm),
    "algorithm",
  );
  const axis = (field: "cost" | "quality", title: string, how: object) => ({
    ...{ field, type: "quantitative", title: visible(title), ...how },
  });
  const costs = points.map(({ cost }) => cost);
  const spec: object = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: {
      values: points.map((one) => ({ ...one, task: visible(one.task), algorithm: visible(one.algorithm) })),
    },
    ...panelsOf(
      points.map(({ task }) => task),
      "task",
      options.columns,
    ),
    spec: {
      ...panelSize(options),
      mark: { type: "point", filled: true, size: 60, opacity: 0.9 },
      encoding: {
        x: axis("cost", cost, ticks(costs, "log")),
        y: axis("quality", quality, { scale: { nice: true, zero: false } }),
        ...{ color, shape },
      },
    },
    resolve: { axis: { x: "independent", y: "independent" }, scale: { y: "independent" } },
    config: config(),
  };
  return renderSpec(spec as TopLevelSpec, title);
}
