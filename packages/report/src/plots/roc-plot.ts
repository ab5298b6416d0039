import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { TopLevelSpec } from "vega-lite";
import { config } from "../curve/curve-spec.ts";
import { visible } from "../escape.ts";
import { type PanelSize, panelKinds } from "./panel-size.ts";
import { panelsOf } from "./panels.ts";
import { renderSpec } from "./render-spec.ts";
import type { RocSeries } from "./roc-series.ts";
import { seriesChannels } from "./series-channels.ts";

/** How it is drawn. */
export interface RocPlotOptions {
  /** Width and height of a panel in pixels. Default 240. */
  readonly panel?: number | undefined;
  /** Most panels in a row. Default 3. */
  readonly columns?: number | undefined;
  /** Name for people who cannot see the picture. */
  readonly title?: string | undefined;
}

const point = kind.such("{ falsePositiveRate, truePositiveRate }, from 0 to 1", (value) => {
  const share = (one: unknown) => typeof one === "number" && one >= 0 && one <= 1;
  const { falsePositiveRate: x, truePositiveRate: y } = kind.record.accepts(value)
    ? (value as Record<string, unknown>)
    : {};
  return share(x) && share(y);
});
const seriesKind = kind.such("{ task, algorithm, points }, points by rates from 0 to 1", (value) => {
  const { task, algorithm, points } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof task === "string" && typeof algorithm === "string" && kind.listOf(point).accepts(points);
});
const check = signature("rocPlotSvg", { series: kind.listOf(seriesKind) }, {
  panel: panelKinds.width,
  columns: panelKinds.columns,
  title: kind.text,
} satisfies KindsOf<RocPlotOptions>);

/**
 * Draws receiver operating characteristics as a standalone SVG, through Vega-Lite and without a browser: a panel a task, a line an
 * algorithm, the first ones wider than the later ones, so that lines show which lie on each other. Chance is the dashed diagonal.
 *
 * @throws AutocircuitError `bad-input` without a series
 * @example
 * const { points } = rocCurve(scores, task.knownEdges!);
 * const svg = await rocPlotSvg([{ task: task.name, algorithm: "ACDC", points }]);
 */
export async function rocPlotSvg(series: readonly RocSeries[], options: RocPlotOptions = {}): Promise<string> {
  check({ series }, options);
  if (!series.some(({ points }) => points.length > 0))
    throw new AutocircuitError("bad-input", "`series` has no point. Give at least one curve.");
  const { panel = 240, title = "True positives against false positives" } = options;
  return renderSpec(rocPlotSpec(series, { width: panel, height: panel }, options.columns), title);
}

function rocPlotSpec(series: readonly RocSeries[], size: PanelSize, columns: number | undefined): TopLevelSpec {
  const tasks = series.map(({ task }) => task);
  const algorithms = [...new Set(series.map(({ algorithm }) => visible(algorithm)))];
  const { color } = seriesChannels(algorithms, "algorithm");
  const curves = series.flatMap(({ task, algorithm, points }) =>
    points.map(({ falsePositiveRate: x, truePositiveRate: y }, order) => ({
      ...{ part: "curve", task: visible(task), algorithm: visible(algorithm), order, x, y },
    })),
  );
  const chance = [...new Set(tasks.map(visible))].flatMap((task) =>
    [0, 1].map((end) => ({ part: "chance", task, algorithm: "", order: end, x: end, y: end })),
  );
  const axis = (field: string, title: string) => ({
    ...{ field, type: "quantitative", title, scale: { domain: [-0.02, 1.02], nice: false } },
    axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  });
  const place = {
    ...{ x: axis("x", "False Positive Rate"), y: axis("y", "True Positive Rate") },
    order: { field: "order", type: "quantitative" },
  };
  // The first ones are wider than the later ones, which lie on them.
  const lines = algorithms.map((algorithm, i) => ({
    transform: [{ filter: { field: "algorithm", equal: algorithm } }],
    mark: { type: "line", opacity: 0.85, strokeWidth: 2 + 1.5 * (algorithms.length - 1 - i) },
    encoding: { ...place, color },
  }));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values: [...chance, ...curves] },
    ...panelsOf(tasks, "task", columns),
    spec: {
      ...size,
      layer: [
        {
          transform: [{ filter: "datum.part === 'chance'" }],
          mark: { type: "line", strokeWidth: 1, strokeDash: [4, 4], color: "currentColor", opacity: 0.5 },
          encoding: place,
        },
        ...lines,
      ],
    },
    resolve: { axis: { x: "independent", y: "independent" } },
    config: config(),
  } as TopLevelSpec;
}
