import { type ComparedEdge, type EdgeStatus, importance, type OfficialComparison } from "../compare.ts";
import { formatCount, formatNumber } from "../format.ts";
import type { CircuitReport } from "../types.ts";
import { tokenName } from "../verdict.ts";
import { type Html, html } from "./html.ts";
import { header } from "./table.ts";

/** Rows a page shows; a circuit of more edges is cut there, and the page says so. */
export const maxRows = 2000;

/** Longer tables are printed in two columns. */
const MANY = 40;

const words: Readonly<Record<EdgeStatus, string>> = {
  circuit: "in the circuit",
  found: "in both",
  missed: "missed",
  extra: "extra",
  negative: "in the circuit",
};
const signs: Readonly<Record<EdgeStatus, string>> = {
  circuit: "•",
  found: "=",
  missed: "−",
  extra: "+",
  negative: "•",
};
const order: Readonly<Record<EdgeStatus, number>> = { circuit: 0, found: 0, missed: 1, extra: 2, negative: 0 };

/** The edges found, each beside the same edge of the published circuit. */
export function edgeTable(report: CircuitReport, comparison: OfficialComparison): Html {
  const { compared, edges } = comparison;
  const byToken = report.graph.tokens !== null;
  const shown = edges.slice(0, maxRows);
  const cut = edges.length - shown.length;
  const finite = edges.map((edge) => Math.abs(edge.score ?? 0)).filter(Number.isFinite);
  const top = Math.max(0, ...finite);
  return html`
<div class="scroll${shown.length > MANY && " many"}"><table class="sortable edges">
<thead><tr>
${compared && header("±", { label: "mark" })}${header(compared ? "Found" : "Edge")}${compared && header("Published")}
${byToken && header("Position")}${header("Score", { number: true })}
</tr></thead>
<tbody>
${shown.map((edge) => row(report, comparison, edge, top))}
</tbody>
</table></div>
${cut > 0 && html`<p class="aside">${formatCount(cut)} more edges with smaller scores are not listed.</p>`}`;
}

function row(report: CircuitReport, { compared }: OfficialComparison, edge: ComparedEdge, top: number): Html {
  const { status, score, token } = edge;
  const none = html`<span class="none">–</span>`;
  const size =
    score === null ? 0 : Math.abs(score) === Number.POSITIVE_INFINITY ? 1 : top > 0 ? Math.abs(score) / top : 0;
  const bar = score !== null && html`<span class="bar" style="width:${(size * 100).toFixed(1)}%"></span>`;
  return html`<tr class="${status}" data-edge="${edge.edge}"${token !== null && html` data-token="${token}"`}>
${compared && html`<td class="mark" data-sort="${order[status]}"><abbr title="${words[status]}">${signs[status]}</abbr></td>`}
<td class="name">${status === "missed" ? none : edge.edge}</td>
${compared && html`<td class="name">${status === "extra" ? none : edge.edge}</td>`}
${token !== null && html`<td data-sort="${token}">${tokenName(report, token)}</td>`}
<td class="number" data-sort="${String(importance(score))}">${bar}<span>${formatNumber(score)}</span></td></tr>
`;
}
