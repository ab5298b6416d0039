import { formatShare } from "@autocircuit/base";
import { type ComparedEdge, type EdgeStatus, importance, type KnownComparison } from "../compare.ts";
import { formatCount, formatNumber } from "../format.ts";
import { infiniteScoreText } from "../infinite-score.ts";
import { labelOf } from "../latents/label-of.ts";
import type { CircuitReport, ReportScoredEdge } from "../types.ts";
import { tokenName } from "../verdict.ts";
import { type Html, html } from "./html.ts";
import { header, maxRows, sideways } from "./table.ts";

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

/** The edges found, each beside the same edge of the known circuit. */
export function edgeTable(report: CircuitReport, comparison: KnownComparison): Html {
  const { compared, edges } = comparison;
  const byToken = report.graph.seqLen !== null;
  const shown = edges.slice(0, maxRows);
  const cut = edges.length - shown.length;
  const sure = new Map(report.circuit.filter(({ interval }) => interval).map((edge) => [keyOf(edge), edge]));
  const limits = [...sure.values()].flatMap(({ interval }) => interval!);
  const top = [...edges.map(({ score }) => score ?? 0), ...limits]
    .map(Math.abs)
    .filter(Number.isFinite)
    .reduce((most, size) => Math.max(most, size), 0);
  const withIntervals = sure.size > 0;
  const labelled = shown.some((edge) => labelOf(report, edge) !== undefined);
  const sureOf = (edge: ComparedEdge) => (withIntervals ? (sure.get(keyOf(edge)) ?? null) : undefined);
  const infinite = infiniteScoreText(shown);
  return html`
<div class="scroll${shown.length > MANY && " many"}" tabindex="0">${sideways}<table class="sortable edges">
<thead><tr>
${compared && header("±", { label: "mark" })}${header(compared ? "Found" : "Edge")}${compared && header("Known")}
${byToken && header(report.graph.spans ? "Span" : "Position")}${header("Score", { number: true })}${
  withIntervals && [header("95 % interval", { number: true }), header("In resamples", { number: true })]
}${labelled && header("Label")}
</tr></thead>
<tbody>
${shown.map((edge) => row(report, comparison, edge, { top, labelled, sure: sureOf(edge) }))}
</tbody>
</table></div>
${cut > 0 && html`<p class="aside">${formatCount(cut)} more edges with smaller scores are not listed.</p>`}
${infinite !== undefined && html`<p class="aside">${infinite}.</p>`}`;
}

/** Which edge a row is of, at which position. */
function keyOf({ edge, token }: { edge: string; token: number | null }): string {
  return `${edge} ${token}`;
}

/** What all rows of a table are drawn by, and what is known of the one. */
interface RowParts {
  /** Largest finite score. */
  readonly top: number;
  /** Whether there is a column of what latents stand for. */
  readonly labelled: boolean;
  /** The edge with its interval; null where it has none, undefined where no edge has one. */
  readonly sure: ReportScoredEdge | null | undefined;
}

function row(
  report: CircuitReport,
  { compared }: KnownComparison,
  edge: ComparedEdge,
  { top, labelled, sure }: RowParts,
): Html {
  const { status, score, token } = edge;
  const none = html`<span class="none">–</span>`;
  const size =
    score === null ? 0 : Math.abs(score) === Number.POSITIVE_INFINITY ? 1 : top > 0 ? Math.abs(score) / top : 0;
  const bar = score !== null && html`<span class="bar" style="width:${(size * 100).toFixed(1)}%"></span>`;
  const whisker = sure?.interval && whiskerOf(sure.interval, top);
  return html`<tr class="${status}" data-edge="${edge.edge}"${token !== null && html` data-token="${token}"`}>
${compared && html`<td class="mark" data-sort="${order[status]}"><abbr title="${words[status]}">${signs[status]}</abbr></td>`}
<td class="name">${status === "missed" ? none : edge.edge}</td>
${compared && html`<td class="name">${status === "extra" ? none : edge.edge}</td>`}
${token !== null && html`<td data-sort="${token}">${tokenName(report, token)}</td>`}
<td class="number" data-sort="${String(importance(score))}">${bar}${whisker}<span>${formatNumber(score)}</span></td>${sure !== undefined && sureCells(sure)}${labelled && html`<td class="latent-label">${labelOf(report, edge) ?? ""}</td>`}</tr>
`;
}

/** How far the bar may reach with other prompts; from nothing where the sign is not sure. */
function whiskerOf([low, high]: readonly [number, number], top: number): Html | false {
  if (!(top > 0)) return false;
  const [near, far] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b) as [number, number];
  const from = low <= 0 && high >= 0 ? 0 : near;
  const percent = (size: number) => `${((100 * size) / top).toFixed(1)}%`;
  return html`<span class="whisker" style="right:${percent(from)};width:${percent(far - from)}"></span>`;
}

function sureCells(sure: ReportScoredEdge | null): Html {
  const { interval, frequency } = sure ?? {};
  const limits = interval ? `${formatNumber(interval[0])} … ${formatNumber(interval[1])}` : "–";
  const share = frequency === undefined ? "–" : formatShare(frequency);
  const width = interval ? String(interval[1] - interval[0]) : "";
  return html`<td class="number" data-sort="${width}">${limits}</td><td class="number" data-sort="${String(frequency ?? "")}">${share}</td>`;
}
