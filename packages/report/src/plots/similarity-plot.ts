import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import type { TopLevelSpec } from "vega-lite";
import { config } from "../curve/curve-spec.ts";
import { visible } from "../escape.ts";
import { ground } from "../palette.ts";
import { renderSpec } from "./render-spec.ts";

/** How alike circuits are, as `similarityMatrices` of `@autocircuit/metrics` gives it. */
export interface SimilarityPanel {
  readonly task: string;
  readonly size: number;
  readonly isKnownSize?: boolean | undefined;
  readonly algorithms: readonly string[];
  /** A share for each two algorithms, from 0 to 1; NaN where there is none. */
  readonly overlap: readonly (readonly number[])[];
}

/** How it is drawn. */
export interface SimilarityPlotOptions {
  /** Width and height of a cell in pixels. Default 46. */
  readonly cell?: number | undefined;
  /** What the percents are, for the legend. Default "shared edges, %". */
  readonly legend?: string | undefined;
  /** Name for people who cannot see the picture. */
  readonly title?: string | undefined;
}

const panel = kind.such("{ task, size, algorithms, overlap }, a share for each two algorithms", (value) => {
  const { task, size, algorithms, overlap } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  if (typeof task !== "string" || typeof size !== "number" || !kind.listOf(kind.text).accepts(algorithms)) return false;
  const { length } = algorithms as string[];
  const share = (one: unknown) => typeof one === "number" && !(one < 0 || one > 1);
  const row = (one: unknown) => Array.isArray(one) && one.length === length && one.every(share);
  return length > 0 && Array.isArray(overlap) && overlap.length === length && overlap.every(row);
});
const check = signature("similarityPlotSvg", { panels: kind.listOf(panel) }, {
  cell: kind.positive,
  legend: kind.text,
  title: kind.text,
} satisfies KindsOf<SimilarityPlotOptions>);

/**
 * Draws how alike the circuits of algorithms are as a standalone SVG, through Vega-Lite and without a browser: a row of heat maps a task, a
 * column a size, percents in the cells. Where ties leave no circuit of exactly that size, a cell is empty.
 *
 * @throws AutocircuitError `bad-input` without a panel
 * @example
 * const svg = await similarityPlotSvg(similarityMatrices(results.scoresByTask(), { sizes: [10, 100] }));
 */
export async function similarityPlotSvg(
  panels: readonly SimilarityPanel[],
  options: SimilarityPlotOptions = {},
): Promise<string> {
  check({ panels }, options);
  if (panels.length === 0) throw new AutocircuitError("bad-input", "`panels` is empty. Give at least one.");
  return renderSpec(
    similaritySpec(panels, options.cell ?? 46, visible(options.legend ?? "shared edges, %")),
    options.title ?? "Edges that circuits share",
  );
}

function similaritySpec(panels: readonly SimilarityPanel[], cell: number, legend: string): TopLevelSpec {
  const named = panels.map((panel) => ({
    ...panel,
    task: visible(panel.task),
    algorithms: panel.algorithms.map(visible),
    column: panel.isKnownSize ? "Size of the known circuit" : `${panel.size.toLocaleString("en-US")} edges`,
  }));
  const rows = named.flatMap(({ task, column, algorithms, overlap, size }) =>
    overlap.flatMap((shares, y) =>
      shares.map((share, x) => ({
        ...{ task, column, size, first: algorithms[y]!, second: algorithms[x]! },
        ...(Number.isNaN(share) ? { text: "–" } : { share: 100 * share, text: `${(100 * share).toFixed(0)}` }),
      })),
    ),
  );
  const algorithms = [...new Set(named.flatMap((panel) => panel.algorithms))];
  const header = { labelFontSize: 12, labelFontWeight: 600, labelColor: "currentColor", title: null };
  const axis = (field: string, more: object) => ({
    ...{ field, type: "nominal", title: null, sort: algorithms },
    axis: { labelLimit: 260, ...more },
  });
  const facet = (field: "task" | "column", more: object = {}) => ({
    ...{ field, type: "nominal", title: null, sort: [...new Set(named.map((panel) => panel[field]))] },
    header: { ...header, ...more },
  });
  // The lighter half of the scale needs dark figures.
  const ink = {
    condition: [
      { test: "!isValid(datum.share)", value: "currentColor" },
      { test: "datum.share > 60", value: ground.light.ink },
    ],
    value: ground.light.paper,
  };
  const place = { x: axis("second", { labelAngle: -40 }), y: axis("first", {}) };
  const side = cell * algorithms.length;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values: rows },
    facet: { row: facet("task", { labelAngle: 0, labelAlign: "left" }), column: facet("column") },
    spec: {
      ...{ width: side, height: side },
      layer: [
        { mark: { type: "rect", color: "currentColor", opacity: 0.07 }, encoding: place },
        {
          transform: [{ filter: "isValid(datum.share)" }],
          mark: { type: "rect" },
          encoding: {
            ...place,
            color: {
              ...{ field: "share", type: "quantitative", title: legend },
              scale: { scheme: "viridis", domain: [0, 100] },
            },
          },
        },
        {
          mark: { type: "text", fontSize: Math.min(12, cell / 3) },
          encoding: { ...place, text: { field: "text" }, color: ink },
        },
      ],
    },
    config: config(),
  } as TopLevelSpec;
}
