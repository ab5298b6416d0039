import { compareWithKnown } from "./compare.ts";
import { curveFigure } from "./html/curve-figure.ts";
import { diagramFigure } from "./html/diagram-figure.ts";
import { edgeTable } from "./html/edge-table.ts";
import { figure } from "./html/figure.ts";
import { Html, html } from "./html/html.ts";
import { pageScript } from "./html/script.ts";
import { headline, notesList, reproduction, section } from "./html/sections.ts";
import { pageStyle } from "./html/style.ts";
import { ablationTable, crossingTable, divergenceTable, repeatsTable, testTable } from "./html/table.ts";
import { rocPlotSvg } from "./plots/roc-plot.ts";
import { trainingPlotSvg } from "./plots/training-plot.ts";
import type { CircuitReport } from "./types.ts";

/**
 * The report as one HTML page: the answer, the diagram, the edges beside the known circuit, divergence, stability, tests, notes,
 * options, versions, and how to make it again. It needs no network and no script to be read, nor to unfold the diagram; a
 * little script links diagram and table, unfolds a block that is clicked and sorts columns.
 *
 * @throws AutocircuitError when the edges do not fit the graph (see {@link compareWithKnown}), or the curve has no finite point.
 */
export async function reportHtml(report: CircuitReport): Promise<string> {
  const comparison = compareWithKnown(report);
  const curve = report.curve && (await curveFigure(report.curve));
  const roc = report.roc && figure(await rocPlotSvg(report.roc));
  const training = report.training && figure(await trainingPlotSvg(report.training));
  const { divergence, ablationTable: ablations, stability, tests } = report;
  const stable = stability?.curve && (await curveFigure(stability.curve));
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
${diagramFigure(report)}
${report.notes.length > 0 && section("Notes", notesList(report.notes))}
${section(comparison.compared ? "Edges, found beside known" : "Edges", edgeTable(report, comparison))}
${report.crossing && section("Edges inside heads, from span to span", crossingTable(report.crossing))}
${divergence && !repeatsTable(divergence, ablations) && section("Divergence", divergenceTable(divergence))}
${curve && section("By number of edges", curve)}
${roc && section("Ranking beside the known circuit", roc)}
${training && section("Training", training)}
${stability && section("How stable the circuit is", html`<p>${stability.text}</p>${stable}`)}
${tests && section("Tests of the circuit", testTable(tests))}
${ablations && section("Output with everything outside the circuit ablated", ablationTable(ablations))}
${reproduction(report)}
</main>
<script>${new Html(pageScript)}</script>
</body>
</html>
`;
  return page.text.replace(/\n{2,}/g, "\n");
}
