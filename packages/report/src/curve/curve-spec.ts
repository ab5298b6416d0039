import type { TopLevelSpec } from "vega-lite";
import { visible } from "../escape.ts";
import { okabeIto, sans } from "../palette.ts";
import type { Curve, CurveScale } from "../types.ts";
import type { CurveSize } from "./curve-size.ts";
import { metricWithUnit } from "./metric-with-unit.ts";

/** Okabe-Ito without yellow and black, which one of the two grounds swallows. */
export const colors = [
  okabeIto.blue,
  okabeIto.vermillion,
  okabeIto.green,
  okabeIto.purple,
  okabeIto.orange,
  okabeIto.skyBlue,
];
/** Dashes of lines, in the order of the colors. */
export const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [10, 4],
  [4, 2, 1, 2],
];
/** Shapes of points, in the order of the colors. */
export const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/**
 * Vega-Lite specification of a curve: one line per series, told apart by color, dashes and point shape. Text and axes
 * take the color of the surrounding page (`currentColor`), so that one picture serves light and dark.
 */
export function curveSpec(curve: Curve, size: CurveSize): TopLevelSpec {
  const points = curve.points
    .filter((point) => Number.isFinite(point.size) && Number.isFinite(point.value))
    .map((point) => ({ size: point.size, value: point.value, series: visible(point.series) }));
  const series = [...new Set(points.map((point) => point.series))];
  const sizes = points.map((point) => point.size);
  const values = [...points.map((point) => point.value), ...(curve.baseline ? [curve.baseline.value] : [])];
  const pick = <T>(list: readonly T[]) => series.map((_, i) => list[i % list.length]!);
  const channel = <T>(range: readonly T[], legend = true) => ({
    field: "series",
    type: "nominal" as const,
    title: null,
    scale: { domain: series, range: pick(range) as never },
    // A single series needs no legend: the axis says what it is.
    legend: legend && series.length > 1 ? {} : null,
  });
  const title = visible(curve.across ?? "edges");
  const x = { field: "size", type: "quantitative" as const, title, ...edgeAxis(sizes, curve.edgeScale) };
  const y = {
    field: "value",
    type: "quantitative" as const,
    title: valueTitle(curve),
    ...axis(values, curve.valueScale),
  };
  const encoding = { x, y, color: channel(colors), strokeDash: channel(dashes, false), shape: channel(shapes) };
  const { shape: _, ...line } = encoding;
  const { strokeDash: __, ...point } = encoding;
  const layer: object[] = [
    { mark: { type: "line", strokeWidth: 2 }, encoding: line },
    { mark: { type: "point", filled: true, size: 42, opacity: 1 }, encoding: point },
  ];
  if (curve.baseline && Number.isFinite(curve.baseline.value)) layer.push(...baseline(curve.baseline, values, y, size));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values: points },
    ...size,
    layer,
    // Apart from color and shape, so that the legend shows plain symbols: a dash pattern breaks their outline.
    resolve: { legend: { strokeDash: "independent" } },
    config: config(),
  } as TopLevelSpec;
}

function valueTitle(curve: Curve): string {
  return visible(metricWithUnit(curve));
}

/** Edges are counted: no ticks between whole numbers. */
function edgeAxis(sizes: readonly number[], scale: CurveScale | undefined): object {
  return scale === "log" ? axis(sizes, scale) : { ...axis(sizes, scale), axis: { tickMinStep: 1, format: ",d" } };
}

/** An axis of values: on a logarithmic one ticks at powers of ten, and where those are few, at twice and five times these. */
export function axis(values: readonly number[], scale: CurveScale | undefined): object {
  if (scale !== "log") return { scale: { nice: true } };
  const positive = values.filter((value) => value > 0);
  const least = Math.min(...positive);
  const ticks = decades(values);
  if (values.every((value) => value > 0)) {
    const most = Math.max(...positive);
    const within = (list: readonly number[]) => list.filter((tick) => tick >= least && tick <= most);
    const between = ticks.flatMap((tick) => [
      tick,
      Number((2 * tick).toPrecision(1)),
      Number((5 * tick).toPrecision(1)),
    ]);
    const shown = within(ticks).length < FEWEST_TICKS ? within(between) : ticks.filter((tick) => tick >= least);
    return { scale: { type: "log", nice: false }, axis: { values: shown } };
  }
  const constant = Number.isFinite(least) ? least : 1;
  return { scale: { type: "symlog", constant, nice: false }, axis: { values: ticks } };
}

/** Fewer ticks do not tell how far a curve goes. */
const FEWEST_TICKS = 3;

/** Zero and the powers of ten of either sign that the values span, thinned to about eight. */
function decades(values: readonly number[]): number[] {
  const powers = (list: number[]) => {
    if (list.length === 0) return [];
    const low = Math.floor(Math.log10(Math.min(...list)));
    const high = Math.ceil(Math.log10(Math.max(...list)));
    const step = Math.max(1, Math.ceil((high - low) / 8));
    return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => Number(`1e${low + i * step}`));
  };
  const positive = powers(values.filter((value) => value > 0));
  const negative = powers(values.filter((value) => value < 0).map((value) => -value)).map((value) => -value);
  return [...negative.reverse(), ...(values.some((value) => value <= 0) ? [0] : []), ...positive];
}

/** A rule with its name: above it at the right, or, where it runs high up, below it at the left, where rising curves are low. */
function baseline(
  base: { name: string; value: number },
  values: readonly number[],
  y: object,
  size: CurveSize,
): object[] {
  const high = base.value > (Math.min(...values) + Math.max(...values)) / 2;
  const place = high ? { align: "left", dx: 4, dy: 10 } : { align: "right", dx: -4, dy: -6 };
  const level = [{ value: base.value, name: visible(base.name) }];
  return [
    {
      data: { values: level },
      mark: { type: "rule", strokeDash: [3, 3], color: "currentColor", opacity: 0.6 },
      encoding: { y },
    },
    {
      data: { values: level },
      mark: { type: "text", ...place, color: "currentColor", fontSize: 11 },
      encoding: { x: { value: high ? 0 : size.width }, y, text: { field: "name" } },
    },
  ];
}

/** Type and ink of a picture: `currentColor`, so that one serves light and dark. */
export function config(): object {
  const ink = "currentColor";
  const title = { titleColor: ink, titleFontSize: 12, titleFontWeight: 600, titlePadding: 10 };
  const line = { domainColor: ink, tickColor: ink, domainOpacity: 0.4, tickOpacity: 0.4 };
  return {
    background: "transparent",
    font: sans.replaceAll("'", ""),
    view: { stroke: null },
    axis: { ...title, ...line, labelColor: ink, labelFontSize: 11, gridColor: ink, gridOpacity: 0.12, gridWidth: 1 },
    legend: {
      titleColor: ink,
      titleLimit: 400,
      labelColor: ink,
      labelFontSize: 12,
      orient: "bottom",
      columns: 3,
      symbolSize: 60,
      symbolStrokeWidth: 2,
      labelLimit: 260,
    },
  };
}
