import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { TopLevelSpec } from "vega-lite";
import { config } from "../curve/curve-spec.ts";
import { visible } from "../escape.ts";
import { renderSpec } from "./render-spec.ts";
import { seriesChannels } from "./series-channels.ts";

/** An algorithm's areas, as `areaSummary` of `@autocircuit/metrics` gives them. */
export interface AreaBar {
  readonly algorithm: string;
  /** What each task adds to the total. */
  readonly parts: readonly { readonly task: string; readonly value: number }[];
  readonly total: number;
  /** Tasks that the total lacks: it is marked. */
  readonly missing?: readonly string[] | undefined;
}

/** How areas are drawn. */
export interface AreaPlotOptions {
  /** Title of the axis. Default "Normalized AUC". */
  readonly axis?: string | undefined;
  /** Width of the plotting area in pixels. Default 460. */
  readonly width?: number | undefined;
  /** Name for people who cannot see the picture. Default the axis's title. */
  readonly title?: string | undefined;
}

const part = kind.such("{ task, value }", (value) => {
  const { task, value: number } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof task === "string" && Number.isFinite(number);
});
const bar = kind.such("{ algorithm, parts, total }, all finite", (value) => {
  const { algorithm, parts, total } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof algorithm === "string" && kind.listOf(part).accepts(parts) && Number.isFinite(total);
});
const check = signature("areaPlotSvg", { bars: kind.listOf(bar) }, {
  axis: kind.text,
  width: kind.positive,
  title: kind.text,
} satisfies KindsOf<AreaPlotOptions>);

const ROW = 34;

/**
 * Draws areas under curves as a standalone SVG, through Vega-Lite and without a browser: a bar an algorithm, stacked of its tasks, with the
 * total behind it. Negative parts go to the left of zero.
 *
 * @throws AutocircuitError `bad-input` without a bar
 * @example
 * const svg = await areaPlotSvg(areaSummary(results.curves("kl-clean"), { metric: "kl-clean" }));
 */
export async function areaPlotSvg(bars: readonly AreaBar[], options: AreaPlotOptions = {}): Promise<string> {
  check({ bars }, options);
  if (bars.length === 0) throw new AutocircuitError("bad-input", "`bars` is empty. Give at least one.");
  const { axis = "Normalized AUC", width = 460, title = axis } = options;
  return renderSpec(areaPlotSpec(bars, visible(axis), width), title);
}

function areaPlotSpec(bars: readonly AreaBar[], title: string, width: number): TopLevelSpec {
  const algorithms = bars.map(({ algorithm }) => visible(algorithm));
  const parts = bars.flatMap(({ algorithm, parts }) =>
    parts.map(({ task, value }) => ({ algorithm: visible(algorithm), task: visible(task), value })),
  );
  const totals = bars.map(({ algorithm, parts, total, missing }) => ({
    algorithm: visible(algorithm),
    // Behind the bar, whose positive parts reach further than the total where others are negative.
    end: parts.reduce((sum, { value }) => sum + Math.max(0, value), 0),
    text: `${total.toFixed(2)}${missing?.length ? `, without ${missing.map(visible).join(", ")}` : ""}`,
  }));
  const tasks = parts.map(({ task }) => task);
  const y = { field: "algorithm", type: "nominal", title: null, sort: algorithms, axis: { labelLimit: 260 } };
  const x = (field: string) => ({ field, type: "quantitative", title, scale: { nice: true } });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width,
    height: ROW * algorithms.length,
    layer: [
      {
        data: { values: parts },
        mark: { type: "bar", height: { band: 0.72 } },
        encoding: { x: { ...x("value"), stack: "zero" }, y, color: seriesChannels(tasks, "task").color },
      },
      {
        data: { values: totals },
        mark: { type: "text", align: "left", dx: 5, fontSize: 11, color: "currentColor" },
        encoding: { x: x("end"), y, text: { field: "text" } },
      },
    ],
    config: config(),
  } as TopLevelSpec;
}
