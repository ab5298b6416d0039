import { type KindsOf, kind, signature } from "@autocircuit/base";
import { compareWithOfficial } from "./compare.ts";
import { boxesOf } from "./diagram/boxes.ts";
import { drawCarries, drawLanes, drawStripes, laneLabelHeight } from "./diagram/draw-lanes.ts";
import { contentsOf } from "./diagram/lanes.ts";
import { drawLegend } from "./diagram/legend.ts";
import { coordinate as c } from "./diagram/line-path.ts";
import { place } from "./diagram/place.ts";
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
  /** Most edges drawn; the published circuit's come first, then the highest scores. 500 by default. */
  readonly maxEdges?: number | undefined;
  /** Title and answer above the picture; true by default. */
  readonly header?: boolean | undefined;
}

const margin = 20;
const blockLabelWidth = 52;
const narrowest = 580;
const titleSize = 17;
const titleLine = 22;

const check = signature("circuitSvg", { report: reportKind }, {
  maxEdges: kind.count,
  header: kind.flag,
} satisfies KindsOf<CircuitSvgOptions>);

/**
 * Draws a circuit as a standalone SVG: the residual stream runs from the bottom to the top, one row per layer, one lane
 * per token position in a graph by token. Edges run between the columns, never across a name; edges of one source share
 * a line until they part. Found, missed and extra edges differ in color, dashes and tips. Every node and edge has a
 * tooltip. The same report gives the same text.
 *
 * @throws AutocircuitError when the edges do not fit the graph (see {@link compareWithOfficial}).
 * @example
 * ```ts
 * await writeFile("circuit.svg", circuitSvg(report));
 * ```
 */
export function circuitSvg(report: CircuitReport, options: CircuitSvgOptions = {}): string {
  check({ report }, options);
  const comparison = compareWithOfficial(report);
  const contents = contentsOf(report.graph, boxesOf(report.graph), comparison, options.maxEdges ?? 500);
  const placed = place(report, contents);
  const weights = weightsOf(contents.drawn);
  const labels = placed.stripes.length > 0 ? blockLabelWidth : 0;
  const width = Math.ceil(Math.max(narrowest, placed.width + labels) + 2 * margin);
  const inner = width - 2 * margin;
  const answer = verdict(report, comparison);
  const carries = drawCarries(placed);
  const left =
    contents.drawn.length < comparison.edges.length
      ? `Drawn: ${formatCount(contents.drawn.length)} of ${formatCount(comparison.edges.length)} edges, ${comparison.compared ? "the published circuit first, then " : ""}the highest scores.`
      : undefined;
  const facts = { weights, outlines: contents.outlines && hasUnused(contents), carries: carries !== "", left };
  const legend = drawLegend(comparison, facts, inner);
  const header = options.header ?? true;
  const title = header ? titleLines(report.title, inner) : [];
  const verdictY = margin + title.length * titleLine + 14;
  const legendTop = header ? verdictY + 16 : margin;
  const lanesTop = legendTop + legend.height + 14 + (report.graph.tokens === null ? 0 : laneLabelHeight);
  const height = Math.ceil(lanesTop + placed.height + (report.graph.tokens === null ? 0 : laneLabelHeight) + margin);
  // Centered, counting the names of the blocks as part of the picture only as far as they need room.
  const lanesLeft = Math.max(margin + labels, (width - placed.width) / 2);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="autocircuit-diagram" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="autocircuit-diagram-title autocircuit-diagram-desc">`,
    `<title id="autocircuit-diagram-title">${escapeXml(report.title)}</title>`,
    `<desc id="autocircuit-diagram-desc">${escapeXml(describe(report, answer))}</desc>`,
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
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

/** The title in at most two lines. */
function titleLines(title: string, width: number): string[] {
  const measure = (text: string) => pixels(text, titleSize) * 1.06;
  const lines = wrap(title, width, measure);
  const kept = lines.length > 2 ? [lines[0]!, lines.slice(1).join(" ")] : lines;
  return kept.map((line) => fit(line, width, measure));
}

function hasUnused(contents: ReturnType<typeof contentsOf>): boolean {
  return contents.lanes.some((lane) => lane.rows.flat().some((box) => !lane.used.has(box.id)));
}

function describe(report: CircuitReport, answer: string): string {
  const positions = report.graph.tokens === null ? "" : `, one lane for each of ${report.graph.tokens} token positions`;
  return `${answer}. Circuit of the task ${report.task}, found with ${report.algorithm}; ${report.graph.layers} blocks from bottom to top${positions}.`;
}
