import { formatNumber } from "../format.ts";
import type { AblationRow, Cell, Divergence, DivergenceRow, ReportCrossing, ReportTest } from "../types.ts";
import { type Html, html } from "./html.ts";

/** Rows a page shows; a circuit of more edges is cut there, and the page says so. */
export const maxRows = 2000;

/** Head cell of a sortable column. */
export function header(text: string, options: { number?: boolean; label?: string } = {}): Html {
  const label = options.label !== undefined && html` aria-label="sort by ${options.label}"`;
  const kind = options.number ? html` class="number"` : "";
  return html`<th scope="col"${kind}><button type="button"${label}>${text}</button></th>`;
}

/** Shown, by the page's script, above a table that is wider than its box. */
export const sideways = html`<p class="sideways">Scroll sideways: the table is wider than this screen.</p>`;

/** A table of any cells, sortable by every column. */
export function cellTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const numeric = columns.map((_, c) => rows.some((row) => typeof row[c] === "number"));
  return html`
<div class="scroll" tabindex="0">${sideways}<table class="sortable">
<thead><tr>${columns.map((column, c) => header(column, { number: numeric[c]! }))}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, c) => cellOf(cell, numeric[c]!))}</tr>\n`)}
</tbody>
</table></div>`;
}

function cellOf(cell: Cell, numeric: boolean): Html {
  const sort = typeof cell === "number" ? html` data-sort="${String(cell)}"` : "";
  const kind = numeric ? html` class="number"` : "";
  return html`<td${kind}${sort}>${textOf(cell)}</td>`;
}

function textOf(cell: Cell): string {
  if (typeof cell === "number" || cell === null) return formatNumber(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return cell;
}

/** Divergence measurements; further keys of the rows are further columns, in order of appearance. */
export function divergenceTable({ metric, rows }: Divergence): Html {
  const extra = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (key) => key !== "name" && key !== "value",
  );
  return cellTable(
    ["Run", metric, ...extra],
    rows.map((row) => [row.name, row.value, ...extra.map((key) => row[key] ?? null)]),
  );
}

/** Whether all that divergence measurements say is in the table of ablations, which says it of more of these. */
export function repeatsTable({ metric, rows }: Divergence, ablations: readonly AblationRow[] | undefined): boolean {
  const known = ({ value, name: _, size: __, ...more }: DivergenceRow) =>
    Object.keys(more).length === 0 && ablations?.some(({ kl }) => kl === value);
  return metric.startsWith("KL") && rows.every(known);
}

/** What happens to the output when everything outside a circuit is ablated. */
export function ablationTable(rows: readonly AblationRow[]): Html {
  const table = rows.map((r): Cell[] => [
    r.circuit,
    r.ablation,
    r.kl ?? null,
    r.maxAbsDiff ?? null,
    r.kept ? "✓\u00a0kept" : "✗\u00a0changed",
  ]);
  return html`${cellTable(["Circuit", "Ablation", "KL, nats", "Largest difference", "Output"], table)}
<p class="aside">Each circuit alone, beside the full model: KL(full model || circuit) of its output, and by how much any one output value moves at most (logits less their mean over the vocabulary, as weights are processed unless told otherwise). Kept: by no more than rounding. Changed: by more.</p>`;
}

/** What the tests of the circuit hypothesis came to, in words. */
export function testTable(tests: readonly ReportTest[]): Html {
  const signs = { true: "✓\u00a0passed", false: "✗\u00a0not\u00a0passed", null: "–\u00a0not\u00a0tested" };
  return cellTable(
    ["Test", "Result", "Verdict"],
    tests.map(({ test, passed, undecided, text }) => [
      test,
      undecided ? "–\u00a0cannot\u00a0tell" : signs[`${passed}`],
      text,
    ]),
  );
}

/** The edges inside heads of a circuit over spans. */
export function crossingTable(crossing: readonly ReportCrossing[]): Html {
  const shown = crossing.slice(0, maxRows);
  const cut = crossing.length - shown.length;
  return html`${cellTable(
    ["Head and input", "From", "To", "Score"],
    shown.map(({ input, from, to, score }) => [input, from, to, score]),
  )}
<p class="aside">What queries at one span find in the keys (K) at another, carry of its values (V), or look for there (Q).${cut > 0 && ` ${cut} more with smaller scores are not listed.`}</p>`;
}

/** Names and values side by side: options, versions. */
export function pairs(entries: readonly (readonly [string, string])[]): Html {
  return html`<dl class="pairs">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}
