import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { CurveSize } from "./curve/curve-size.ts";
import { curveSpec } from "./curve/curve-spec.ts";
import { renderSpec } from "./plots/render-spec.ts";
import type { Curve } from "./types.ts";

/** How a curve is drawn. */
export interface CurveSvgOptions extends Partial<CurveSize> {
  /** Name for people who cannot see the picture; the metric by default. */
  readonly title?: string | undefined;
}

const scale = kind.optional(kind.oneOf(["linear", "log"]));
const curveKind = kind.such("a curve: { metric, unit, points }, each point { size, value, series }", (value) => {
  if (!kind.record.accepts(value)) return false;
  const { metric, unit, points, baseline, edgeScale, valueScale } = value as Record<string, unknown>;
  if (typeof metric !== "string" || typeof unit !== "string" || !scale.accepts(edgeScale) || !scale.accepts(valueScale))
    return false;
  return kind.listOf(pointKind).accepts(points) && (baseline === undefined || kind.record.accepts(baseline));
});
const pointKind = kind.such("a point", (value) => {
  const { size, value: height, series } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof size === "number" && typeof height === "number" && typeof series === "string";
});
const check = signature("curveSvg", { curve: curveKind }, {
  width: kind.positive,
  height: kind.positive,
  title: kind.text,
} satisfies KindsOf<CurveSvgOptions>);

/**
 * Draws a metric against the number of edges as a standalone SVG, through Vega-Lite and without a browser. Points that
 * are not finite are left out.
 *
 * @throws AutocircuitError `bad-input` when there is no finite point.
 * @example
 * ```ts
 * const points = [{ size: 0, value: 3.1, series: "acdc" }, { size: 100, value: 0.2, series: "acdc" }];
 * const svg = await curveSvg({ metric: "KL divergence", unit: "nats", points, edgeScale: "log" });
 * ```
 */
export async function curveSvg(curve: Curve, options: CurveSvgOptions = {}): Promise<string> {
  check({ curve }, options);
  if (!curve.points.some((point) => Number.isFinite(point.size) && Number.isFinite(point.value))) {
    throw new AutocircuitError(
      "bad-input",
      `The curve "${curve.metric}" has no finite point. Leave it out, or give points.`,
    );
  }
  const size = { width: options.width ?? 620, height: options.height ?? 280 };
  const title = options.title ?? `${curve.metric} against the number of ${curve.across ?? "edges"}`;
  return renderSpec(curveSpec(curve, size), title);
}
