import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type ComparedEdge, compareWithKnown, type EdgeStatus } from "./compare.ts";
import { visible } from "./escape.ts";
import { formatCount, formatNumber } from "./format.ts";
import { infiniteScoreText } from "./infinite-score.ts";
import { labelOf } from "./latents/label-of.ts";
import { reportKind } from "./report-kind.ts";
import { cells, fit } from "./text-width.ts";
import type { CircuitReport, ReportCrossing } from "./types.ts";
import { tokenName, verdict } from "./verdict.ts";

/** How the table is written. */
export interface CircuitTextOptions {
  /** ANSI colors besides the marks; false by default. The caller looks at `NO_COLOR` and at the terminal. */
  readonly color?: boolean | undefined;
  /** Rows shown at most; the rest is counted. All by default. */
  readonly maxRows?: number | undefined;
}

/** Marks of the plain-text table: they say what colors say elsewhere. */
export const marks: Readonly<Record<EdgeStatus, string>> = {
  circuit: " ",
  found: "=",
  missed: "-",
  extra: "+",
  negative: " ",
};

const ansi: Readonly<Record<EdgeStatus, string>> = {
  circuit: "",
  found: "\x1b[36m",
  missed: "\x1b[31m",
  extra: "\x1b[33m",
  negative: "",
};
const widestName = 48;
const widestLabel = 40;

const check = signature("circuitText", { report: reportKind }, {
  color: kind.flag,
  maxRows: kind.whole,
} satisfies KindsOf<CircuitTextOptions>);

/**
 * The circuit as a plain-text table, the known circuit beside it where there is one. The first column marks every
 * edge: `=` in both, `-` missed, `+` extra. Where latents have labels the last column has those of the edges' sources. A line below says
 * what an infinite score means, where there is one.
 *
 * @throws AutocircuitError when the edges do not fit the graph (see {@link compareWithKnown}).
 */
export function circuitText(report: CircuitReport, options: CircuitTextOptions = {}): string {
  check({ report }, options);
  const comparison = compareWithKnown(report);
  const { compared, counts } = comparison;
  const shown = comparison.edges.slice(0, options.maxRows ?? Number.POSITIVE_INFINITY);
  const byToken = report.graph.seqLen !== null;
  const name = (edge: ComparedEdge) => fit(visible(edge.edge), widestName, cells);
  const columns: Column[] = [
    { head: compared ? "found" : "edge", text: (e) => (e.status === "missed" ? "" : name(e)) },
    ...(compared ? [{ head: "known", text: (e: ComparedEdge) => (e.status === "extra" ? "" : name(e)) }] : []),
    ...(byToken
      ? [
          {
            head: report.graph.spans ? "span" : "position",
            text: (e: ComparedEdge) => visible(tokenName(report, e.token!)),
          },
        ]
      : []),
    { head: "score", text: (e) => formatNumber(e.score).replace("−", "-"), right: true },
    ...(shown.some((e) => labelOf(report, e) !== undefined)
      ? [{ head: "label", text: (e: ComparedEdge) => fit(visible(labelOf(report, e) ?? ""), widestLabel, cells) }]
      : []),
  ];
  const widths = columns.map((c) => Math.max(cells(c.head), ...shown.map((edge) => cells(c.text(edge)))));
  const row = (mark: string, texts: string[]) =>
    `${mark} ${texts.map((text, i) => pad(text, widths[i]!, columns[i]!.right ?? false)).join("  ")}`.trimEnd();
  const lines = [visible(report.title), verdict(report, comparison), ""];
  if (shown.length > 0) {
    lines.push(
      row(
        " ",
        columns.map((c) => c.head),
      ),
      row(
        " ",
        widths.map((width) => "─".repeat(width)),
      ),
    );
  }
  for (const edge of shown) {
    const text = row(
      marks[edge.status],
      columns.map((c) => c.text(edge)),
    );
    const color = options.color ? ansi[edge.status] : "";
    lines.push(color === "" ? text : `${color}${text}\x1b[0m`);
  }
  const rest = comparison.edges.length - shown.length;
  if (rest > 0) lines.push(`  … and ${formatCount(rest)} more`);
  if (report.crossing) lines.push("", ...crossingLines(report.crossing, options.maxRows));
  const infinite = infiniteScoreText(shown);
  if (compared || infinite !== undefined) lines.push("");
  if (compared) {
    const counted = (["found", "missed", "extra"] as const).map(
      (status) => `${marks[status]} ${label[status]} ${formatCount(counts[status])}`,
    );
    lines.push(counted.join("   "));
  }
  if (infinite !== undefined) lines.push(infinite);
  return `${lines.join("\n")}\n`;
}

/** The edges inside heads, each from span to span. */
function crossingLines(crossing: readonly ReportCrossing[], maxRows = Number.POSITIVE_INFINITY): string[] {
  if (crossing.length === 0) return ["  no crossing edge inside heads"];
  const rows = crossing
    .slice(0, maxRows)
    .map(({ input, from, to, score }) => [input, visible(from), visible(to), formatNumber(score).replace("−", "-")]);
  const heads = ["inside heads", "from", "to", "score"];
  const widths = heads.map((head, i) => Math.max(cells(head), ...rows.map((row) => cells(row[i]!))));
  const line = (texts: readonly string[]) =>
    `  ${texts.map((text, i) => pad(text, widths[i]!, i === 3)).join("  ")}`.trimEnd();
  const rest = crossing.length - rows.length;
  const more = rest > 0 ? [`  … and ${formatCount(rest)} more`] : [];
  return [line(heads), line(widths.map((width) => "─".repeat(width))), ...rows.map(line), ...more];
}

interface Column {
  readonly head: string;
  readonly text: (edge: ComparedEdge) => string;
  readonly right?: boolean;
}

const label = { found: "in both", missed: "missed", extra: "extra" } as const;

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(width - cells(text));
  return right ? space + text : text + space;
}
