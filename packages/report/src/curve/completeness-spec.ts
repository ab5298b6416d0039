import type { TopLevelSpec } from "vega-lite";
import type { CompletenessPoint } from "../completeness-point.ts";
import { visible } from "../escape.ts";
import { colors, config, shapes } from "./curve-spec.ts";

/** What a row of the data is drawn as. */
type Part = "point" | "line" | "equal";

interface Row {
  readonly part: Part;
  readonly task: string;
  readonly algorithm: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/**
 * Vega-Lite specification of completeness: a panel a task, where a circuit is a point at its divergence from the full model and that under
 * knockouts, joined with the nearest place of the dashed line on which both are equal.
 *
 * @param size width and height of a panel in pixels
 */
export function completenessSpec(points: readonly CompletenessPoint[], size: number): TopLevelSpec {
  const algorithms = [...new Set(points.map(({ algorithm }) => visible(algorithm)))];
  const pick = <T>(list: readonly T[]) => algorithms.map((_, i) => list[i % list.length]!);
  const channel = <T>(range: readonly T[]) => ({
    field: "algorithm",
    type: "nominal" as const,
    title: null,
    scale: { domain: algorithms, range: pick(range) as never },
  });
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative" as const,
    title,
    scale: { nice: true },
  });
  const place = { x: axis("x", "KL divergence (nats)"), y: axis("y", "KL divergence under knockouts (nats)") };
  const color = channel(colors);
  const only = (part: Part) => [{ filter: `datum.part === '${part}'` }];
  const mark = { type: "line", strokeWidth: 1.5 };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values: rowsOf(points) },
    facet: {
      field: "task",
      type: "nominal",
      title: null,
      sort: [...new Set(points.map(({ task }) => visible(task)))],
      header: { labelFontSize: 12, labelFontWeight: 600, labelColor: "currentColor", labelPadding: -28 },
    },
    columns: 3,
    spec: {
      width: size,
      height: size,
      layer: [
        {
          transform: only("equal"),
          mark: { ...mark, strokeDash: [4, 4], color: "currentColor", opacity: 0.5 },
          encoding: place,
        },
        { transform: only("line"), mark, encoding: { ...place, color, detail: { field: "text" } } },
        {
          transform: only("point"),
          mark: { type: "point", filled: true, size: 60, opacity: 1 },
          encoding: { ...place, color, shape: channel(shapes), description: { field: "text" } },
        },
      ],
    },
    resolve: { scale: { x: "independent", y: "independent" } },
    config: config(),
  } as TopLevelSpec;
}

function rowsOf(points: readonly CompletenessPoint[]): Row[] {
  const rows = points.flatMap(({ task, algorithm, size, knockouts, kl, knockoutKl }): Row[] => {
    const text = `${visible(algorithm)}: ${size} edges, ${knockouts} knocked out`;
    const row = { task: visible(task), algorithm: visible(algorithm), text };
    const middle = (kl + knockoutKl) / 2;
    return [
      { ...row, part: "line", x: kl, y: knockoutKl },
      { ...row, part: "line", x: middle, y: middle },
      { ...row, part: "point", x: kl, y: knockoutKl },
    ];
  });
  const equal = [...new Set(rows.map(({ task }) => task))].flatMap((task): Row[] => {
    const values = rows.flatMap((row) => (row.task === task ? [row.x, row.y] : []));
    const ends = [Math.min(...values), Math.max(...values)];
    return ends.map((end) => ({ part: "equal", task, algorithm: "", text: "", x: end, y: end }));
  });
  return [...equal, ...rows];
}
