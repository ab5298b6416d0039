import { circuitSvg } from "./circuit-svg.ts";
import { compareWithOfficial } from "./compare.ts";
import { curveFigure } from "./html/curve-figure.ts";
import { edgeTable } from "./html/edge-table.ts";
import { Html, html } from "./html/html.ts";
import { pageScript } from "./html/script.ts";
import { headline, notesList, reproduction, section } from "./html/sections.ts";
import { pageStyle } from "./html/style.ts";
import { ablationTable, faithfulnessTable } from "./html/table.ts";
import type { CircuitReport } from "./types.ts";

/** A diagram wider than this scrolls instead of shrinking: its text would become too small. */
const scrollFrom = 1500;
/** A diagram higher than this is printed on a page of its own. */
const ownPageFrom = 1200;

/**
 * The report as one HTML page: the answer, the diagram, the edges beside the published circuit, faithfulness, notes,
 * options, versions, and how to make it again. It needs no network and no script to be read; a little script links
 * diagram and table and sorts columns.
 *
 * @throws AutocircuitError when the edges do not fit the graph (see {@link compareWithOfficial}), or the curve has no finite point.
 */
export async function reportHtml(report: CircuitReport): Promise<string> {
  const comparison = compareWithOfficial(report);
  const diagram = circuitSvg(report, { header: false });
  const [width, height] = / width="(\d+)" height="(\d+)"/.exec(diagram)!.slice(1).map(Number) as [number, number];
  const size = [width > scrollFrom && "wide", height > ownPageFrom && "tall"].filter(Boolean).join(" ");
  const curve = report.curve && (await curveFigure(report.curve));
  const { faithfulness, ablationTable: ablations } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.title}</title>
<style>${new Html(pageStyle())}</style>
</head>
<body>
<main>
${headline(report, comparison)}
<figure class="${size}" tabindex="0">${new Html(diagram)}</figure>
${report.notes.length > 0 && section("Notes", notesList(report.notes))}
${section(comparison.compared ? "Edges, found beside published" : "Edges", edgeTable(report, comparison))}
${faithfulness && section("Faithfulness", faithfulnessTable(faithfulness))}
${curve && section("By number of edges", curve)}
${ablations && section("Output with everything outside the circuit ablated", ablationTable(ablations))}
${reproduction(report)}
</main>
<script>${new Html(pageScript)}</script>
</body>
</html>
`;
  return page.text.replace(/\n{2,}/g, "\n");
}
