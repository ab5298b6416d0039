import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type ComparedEdge, compareWithKnown, type KnownComparison } from "./compare.ts";
import { drawCarries, drawLanes, drawStripes, laneLabelHeight } from "./diagram/draw-lanes.ts";
import { desk, type Folded, pictureOf, type Screen } from "./diagram/fit-screen.ts";
import type { Contents } from "./diagram/lanes.ts";
import { drawLegend, type LegendFacts } from "./diagram/legend.ts";
import { coordinate as c } from "./diagram/line-path.ts";
import { isVarying } from "./diagram/place.ts";
import { diagramStyle } from "./diagram/style.ts";
import { weightsOf } from "./diagram/weights.ts";
import { escapeXml } from "./escape.ts";
import { formatCount } from "./format.ts";
import { reportKind } from "./report-kind.ts";
import { fit, pixels, wrap } from "./text-width.ts";
import type { CircuitReport } from "./types.ts";
import { verdict } from "./verdict.ts";

/** How a circuit is drawn. */
export interface CircuitSvgOptions {
  /** Most edges drawn; the known circuit's come first, then the highest scores. 500 by default. */
  readonly maxEdges?: number | undefined;
  /** Edges of a smaller absolute score are left out; those of a known circuit that were not found have none and stay. Default 0. */
  readonly threshold?: number | undefined;
  /**
   * Tell edges apart by the sign of their score instead of comparing them with the known circuit, which is then left out: positive
   * scores help the task, negative ones work against it. Default false.
   */
  readonly bySign?: boolean | undefined;
  /** Title and answer above the picture; true by default. */
  readonly header?: boolean | undefined;
  /**
   * Fold what has the weakest edges where the picture would be larger than a screen: blocks into bands; by token also positions into narrow columns
   * and heads into one box. True by default.
   */
  readonly fold?: boolean | undefined;
}

const margin = 20;
const blockLabelWidth = 52;
const narrowest = 580;
const titleSize = 17;
const titleLine = 22;

const check = signature("circuitSvg", { report: reportKind }, {
  maxEdges: kind.count,
  threshold: kind.such("a finite number of at least 0", (value) => Number.isFinite(value) && (value as number) >= 0),
  bySign: kind.flag,
  header: kind.flag,
  fold: kind.flag,
} satisfies KindsOf<CircuitSvgOptions>);

/**
 * Draws a circuit as a standalone SVG: the residual stream runs from the bottom to the top, one row per layer, one lane
 * for each position in a graph by token. Edges run between the columns, never across a name; edges of one source share
 * a line until they part. Of the latents of an autoencoder the five strongest, by the sum of the scores of their edges in
 * this circuit, have boxes of their own above what it is of; the others share one that counts them. A picture larger than
 * a screen is folded: the blocks with the weakest edges become bands, and positions narrow columns. Found, missed and extra edges differ in color,
 * dashes and tips. Every node and edge has a tooltip. The same report gives the same text.
 *
 * @throws AutocircuitError when the edges do not fit the graph (see {@link compareWithKnown}).
 * @example
 * ```ts
 * await writeFile("circuit.svg", circuitSvg(report));
 * ```
 */
export function circuitSvg(report: CircuitReport, options: CircuitSvgOptions = {}): string {
  check({ report }, options);
  return drawCircuit(report, options).svg;
}

/** A picture as text. */
export interface DrawnCircuit {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** What edges of the circuit touch and is folded. */
  readonly folded: Folded;
}

/** Draws a circuit; with another `id`, where a page holds several pictures, and for another screen. */
export function drawCircuit(
  report: CircuitReport,
  options: CircuitSvgOptions,
  { id = "autocircuit-diagram", screen = desk }: { id?: string; screen?: Screen } = {},
): DrawnCircuit {
  const signs = options.bySign ?? false;
  const shown = signs ? { ...report, known: undefined } : report;
  const whole = compareWithKnown(shown);
  const comparison = compared(whole, options.threshold ?? 0, signs);
  const { contents, placed, folded } = pictureOf(
    shown,
    comparison,
    options.maxEdges ?? 500,
    options.fold === false ? null : screen,
  );
  const weights = weightsOf(contents.drawn);
  const labels = placed.stripes.length > 0 ? blockLabelWidth : 0;
  const width = Math.ceil(Math.max(narrowest, placed.width + labels) + 2 * margin);
  const inner = width - 2 * margin;
  const answer = verdict(shown, whole);
  const carries = drawCarries(placed);
  const left =
    contents.drawn.length < whole.edges.length
      ? `Drawn: ${formatCount(contents.drawn.length)} of ${formatCount(whole.edges.length)} edges, ${comparison.compared ? "the known circuit first, then " : ""}the highest scores.`
      : undefined;
  const kinds = new Set(contents.rows.flat().map(({ kind }) => kind));
  const facts: LegendFacts = {
    weights,
    outlines: contents.outlines && hasUnused(contents),
    carries: carries !== "",
    signs,
    left,
    folded,
    varying: placed.lanes.some(({ lane }) => isVarying(report, lane.tokens)),
    latents: kinds.has("latent") ? (report.graph.latentsByPosition ? "by position" : "by number") : undefined,
    weakerLatents: kinds.has("latents"),
  };
  const legend = drawLegend(comparison, facts, inner);
  const header = options.header ?? true;
  const title = header ? titleLines(report.title, inner) : [];
  const verdictY = margin + title.length * titleLine + 14;
  const legendTop = header ? verdictY + 16 : margin;
  const lanesTop = legendTop + legend.height + 14 + (report.graph.seqLen === null ? 0 : laneLabelHeight);
  const height = Math.ceil(lanesTop + placed.height + (report.graph.seqLen === null ? 0 : laneLabelHeight) + margin);
  // Centered, counting the names of the blocks as part of the picture only as far as they need room.
  const lanesLeft = Math.max(margin + labels, (width - placed.width) / 2);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="autocircuit-diagram" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeXml(report.title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(describe(report, answer))}</desc>`,
    `<style>${diagramStyle()}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
  ];
  if (header) {
    title.forEach((line, i) => {
      lines.push(`<text class="title" x="${margin}" y="${margin + 15 + i * titleLine}">${escapeXml(line)}</text>`);
    });
    lines.push(`<text class="verdict" x="${margin}" y="${verdictY}">${escapeXml(answer)}</text>`);
  }
  lines.push(
    `<g class="legend" transform="translate(${margin} ${c(legendTop)})">${legend.svg}</g>`,
    `<g class="lanes" transform="translate(${c(lanesLeft)} ${c(lanesTop)})">`,
    drawStripes(placed),
    carries,
    drawLanes(report, placed, weights),
    "</g>",
    "</svg>",
  );
  return { svg: `${lines.filter((line) => line !== "").join("\n")}\n`, width, height, folded };
}

/** What is drawn of a comparison: edges of a large enough score, and, if asked for, told apart by sign. */
function compared(whole: KnownComparison, threshold: number, signs: boolean): KnownComparison {
  if (threshold === 0 && !signs) return whole;
  const edges = whole.edges
    .filter(({ score }) => score === null || !(Math.abs(score) < threshold))
    .map((edge): ComparedEdge => (signs && (edge.score ?? 0) < 0 ? { ...edge, status: "negative" } : edge));
  return { ...whole, edges };
}

/** The title in at most two lines. */
function titleLines(title: string, width: number): string[] {
  const measure = (text: string) => pixels(text, titleSize) * 1.06;
  const lines = wrap(title, width, measure);
  const kept = lines.length > 2 ? [lines[0]!, lines.slice(1).join(" ")] : lines;
  return kept.map((line) => fit(line, width, measure));
}

function hasUnused(contents: Contents): boolean {
  return contents.lanes.some((lane) => lane.rows.flat().some((box) => !lane.used.has(box.id)));
}

function describe(report: CircuitReport, answer: string): string {
  const positions =
    report.graph.seqLen === null
      ? ""
      : `, one lane for each of ${report.graph.seqLen} ${report.graph.spans ? "spans" : "positions"}`;
  return `${answer}. Circuit of the task ${report.task}, found with ${report.algorithm}; ${report.graph.layers} blocks from bottom to top${positions}.`;
}
