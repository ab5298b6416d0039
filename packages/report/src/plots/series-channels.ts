import { colors, dashes, shapes } from "../curve/curve-spec.ts";
import { visible } from "../escape.ts";

/** How series are told apart: by color, and by dashes and shapes of points, which pair up otherwise where colors begin anew. */
export function seriesChannels(names: readonly string[], field: string) {
  const domain = [...new Set(names.map(visible))];
  const pick = <T>(list: readonly T[]) =>
    domain.map((_, i) => list[(i + Math.floor(i / colors.length)) % list.length]!);
  const channel = <T>(range: readonly T[], legend: boolean) => ({
    field,
    type: "nominal" as const,
    title: null,
    sort: null,
    scale: { domain, range: range as never },
    // A single series needs no legend.
    // Plain symbols, also beside bands, which are hardly there.
    legend: legend && domain.length > 1 ? { symbolOpacity: 1, symbolDash: [] } : null,
  });
  return {
    color: channel(
      domain.map((_, i) => colors[i % colors.length]!),
      true,
    ),
    dash: channel(pick(dashes), false),
    shape: channel(pick(shapes), true),
  };
}
