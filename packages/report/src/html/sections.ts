import { formatBytes, formatShare } from "@autocircuit/base";
import type { KnownComparison } from "../compare.ts";
import { formatCount, formatSeconds, formatValue, plural } from "../format.ts";
import type { CircuitReport } from "../types.ts";
import { verdict } from "../verdict.ts";
import { type Html, html } from "./html.ts";
import { pairs } from "./table.ts";

/** The answer first, then what was asked, then the numbers. */
export function headline(report: CircuitReport, comparison: KnownComparison): Html {
  const { compared, exact } = comparison;
  const sign = compared && html`<span class="sign" aria-hidden="true">${exact ? "✓" : "≠"}</span>`;
  const { known, graph } = report;
  return html`<header>
<h1>${report.title}</h1>
<p class="answer${compared && !exact && " differs"}">${sign}${verdict(report, comparison)}</p>
<p class="lead">Task <b>${report.task}</b>${report.model !== undefined && html` in <b>${report.model}</b>`}, found with <b>${report.algorithm}</b> among ${formatCount(graph.edgeCount)} edges of ${plural(graph.layers, "block")} with ${plural(graph.heads, "head")} each${graph.seqLen !== null && `, ${graph.spans ? `over ${plural(graph.seqLen, "span")}` : `at ${graph.seqLen} positions`}`}.${
    known && html` Compared with <b>${known.name}</b>: ${known.origin}.`
  }</p>
<dl class="figures">${numbers(report, comparison).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

function numbers(report: CircuitReport, { compared, counts }: KnownComparison): [string, string][] {
  const edges: [string, number][] = compared
    ? [
        ["in both circuits", counts.found],
        ["missed", counts.missed],
        ["extra", counts.extra],
      ]
    : [["edges in the circuit", counts.circuit]];
  const crossing: [string, number][] = report.crossing ? [["crossing edges", report.crossing.length]] : [];
  return [
    ...[...edges, ...crossing].map(([name, n]): [string, string] => [name, formatCount(n)]),
    ["edges in the graph", formatCount(report.graph.edgeCount)],
    ...accuracy(report),
    ["wall-clock time", formatSeconds(report.seconds)],
    ["peak memory", formatBytes(report.peakMemoryBytes)],
  ];
}

/** How often the model alone is right: without that there is no behaviour to find a circuit of. */
function accuracy({ accuracy }: CircuitReport): [string, string][] {
  if (!accuracy) return [];
  const { share, against, promptCount } = accuracy;
  const what = against === "all tokens" ? "answer first of all tokens" : "answer above every wrong one";
  return [[`${what}, model alone, ${plural(promptCount, "prompt")}`, formatShare(share)]];
}

/** A titled section. */
export function section(title: string, body: Html): Html {
  return html`<section>
<h2>${title}</h2>
${body}
</section>
`;
}

/** Findings in words. */
export function notesList(notes: readonly string[]): Html {
  return html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>\n`)}</ul>`;
}

/** The command, the options and the versions: what is needed to get this again. */
export function reproduction({ command, options, versions }: CircuitReport): Html {
  const chosen = Object.entries(options).map(([name, value]) => [name, formatValue(value)] as const);
  return html`${command !== undefined && section("Run it again", html`<pre><code>${lines(command)}</code></pre>`)}${
    chosen.length > 0 && section("Options", pairs(chosen))
  }${section("Versions", pairs(Object.entries(versions)))}`;
}

/** Escaped text that keeps its line ends. */
function lines(text: string): Html[] {
  return text.split(/\r?\n/).map((line, i) => (i === 0 ? html`${line}` : html`\n${line}`));
}
