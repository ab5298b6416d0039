import { metricWithUnit } from "../curve/metric-with-unit.ts";
import { curveSvg } from "../curve-svg.ts";
import { formatNumber, plural } from "../format.ts";
import type { Curve } from "../types.ts";
import { Html, html } from "./html.ts";

/**
 * The curve as a picture; where it is a single point, in words.
 *
 * @throws AutocircuitError `bad-input` when there is no finite point
 */
export async function curveFigure(curve: Curve): Promise<Html> {
  const points = curve.points.filter(({ size, value }) => Number.isFinite(size) && Number.isFinite(value));
  const [only] = points;
  if (only === undefined || points.length > 1)
    return html`<figure class="curve">${new Html(await curveSvg(curve))}</figure>`;
  const what = `${metricWithUnit(curve)}: ${formatNumber(only.value)} with ${plural(only.size, "edge")}`;
  return html`<p>${what} (${only.series}). No other size was measured.</p>`;
}
