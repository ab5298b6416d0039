import type { OfficialComparison } from "./compare.ts";
import { formatCount, plural } from "./format.ts";
import type { CircuitReport } from "./types.ts";

/** The answer in one sentence: found exactly, or how many edges are missed and extra. */
export function verdict(report: CircuitReport, comparison: OfficialComparison): string {
  const { found, missed, extra, circuit } = comparison.counts;
  const of = `of ${formatCount(report.graph.edgeCount)} in the graph`;
  if (!comparison.compared) return `Found a circuit of ${plural(circuit, "edge")} ${of}`;
  const published = found + missed;
  if (comparison.exact) return `Found exactly: ${all(published)}, and no other`;
  const parts = [found === published ? `Found ${all(published)}` : `Found ${found} of ${published} published edges`];
  if (missed > 0) parts.push(`${formatCount(missed)} missed`);
  parts.push(extra > 0 ? `${formatCount(extra)} extra` : "none extra");
  return parts.join(", ");
}

function all(n: number): string {
  if (n === 0) return "the published circuit, which is empty";
  return n === 1 ? "the one published edge" : `all ${formatCount(n)} published edges`;
}

/** The token at a position: number and label, "0: BOS"; the number alone where there is no label or it is the same. */
export function tokenName(report: CircuitReport, token: number): string {
  const raw = report.tokenLabels?.[token];
  // Tokens of a text often begin with a space, and some are nothing else.
  const label = raw === undefined ? undefined : raw.replace(/\r?\n/g, "↵").trim() || "␣";
  return label === undefined || label === String(token) ? String(token) : `${token}: ${label}`;
}
