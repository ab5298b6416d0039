import type { TopLevelSpec } from "vega-lite";
import { axis, config } from "../curve/curve-spec.ts";
import { edgeAxis, edgePlace } from "./edge-axis.ts";
import type { MetricSeries } from "./metric-series.ts";
import type { PanelSize } from "./panel-size.ts";
import { panelsOf } from "./panels.ts";
import { seriesChannels } from "./series-channels.ts";

/** What a row of the data is drawn as. */
type Part = "curve" | "band" | "single";

interface Row {
  readonly part: Part;
  readonly task: string;
  readonly algorithm: string;
  readonly size: number;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

interface MetricPlotSettings {
  readonly metric: string;
  readonly log: boolean;
  readonly least: number;
  readonly size: PanelSize;
  readonly columns: number | undefined;
}

/** Vega-Lite specification of a metric by tasks and algorithms. */
export function metricPlotSpec(
  series: readonly MetricSeries[],
  { metric, log, least, size, columns }: MetricPlotSettings,
): TopLevelSpec {
  const rows = rowsOf(series, (value) => (log ? Math.max(value, least) : value));
  const { color, dash, shape } = seriesChannels(
    series.map(({ algorithm }) => algorithm),
    "algorithm",
  );
  const x = edgeAxis("size", Math.max(...rows.map((row) => row.size)));
  const drawn = rows.map(({ value }) => value);
  const heights = log ? axis(drawn, "log") : { scale: { nice: true, zero: false } };
  const y = (field: string) => ({ field, type: "quantitative", title: metric, ...heights });
  const only = (part: Part) => [{ filter: `datum.part === '${part}'` }];
  const bands = rows.some(({ part }) => part === "band");
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values: rows },
    ...panelsOf(
      series.map(({ task }) => task),
      "task",
      columns,
    ),
    spec: {
      ...size,
      resolve: { legend: { strokeDash: "independent" } },
      layer: [
        ...(bands
          ? [
              {
                transform: only("band"),
                mark: { type: "area", opacity: 0.16 },
                encoding: { x, y: y("low"), y2: { field: "high" }, color },
              },
            ]
          : []),
        {
          transform: only("curve"),
          mark: { type: "line", strokeWidth: 2 },
          encoding: { x, y: y("value"), color, strokeDash: dash },
        },
        {
          transform: only("curve"),
          mark: { type: "point", filled: true, size: 22, opacity: 1 },
          encoding: { x, y: y("value"), color, shape },
        },
        ...singles(only("single"), x, y("value"), color),
      ],
    },
    resolve: { scale: { x: "independent", y: "independent" } },
    config: config(),
  } as TopLevelSpec;
}

/** Crosses with a name: circuits that are one size only. */
function singles(transform: object[], x: object, y: object, color: object): object[] {
  return [
    {
      transform,
      mark: { type: "point", shape: "M-1-1L1 1M1-1L-1 1", size: 90, strokeWidth: 2.5, opacity: 1 },
      encoding: { x, y, color },
    },
    {
      transform,
      mark: { type: "text", align: "right", dx: -9, fontSize: 11 },
      encoding: { x, y, color, text: { field: "algorithm" } },
    },
  ];
}

function rowsOf(series: readonly MetricSeries[], height: (value: number) => number): Row[] {
  return series.flatMap(({ task, algorithm, points }) => {
    const common = { task, algorithm };
    const sorted = points.toSorted((a, b) => a.size - b.size);
    return sorted.flatMap(({ size, value, deviation }): Row[] => {
      const row = { ...common, size: edgePlace(size), value: height(value) };
      const drawn: Row = { ...row, part: points.length > 1 ? "curve" : "single" };
      if (points.length < 2 || deviation === undefined || !Number.isFinite(deviation)) return [drawn];
      return [{ ...row, part: "band", low: height(value - deviation), high: height(value + deviation) }, drawn];
    });
  });
}
