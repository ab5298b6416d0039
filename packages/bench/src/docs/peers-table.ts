import { peers } from "../peers/comparisons.ts";
import {
  bytesText,
  type ComparisonReport,
  OURS,
  type PeerResult,
  type PeersReport,
  secondsText,
  timesOurs,
} from "../peers/peers-report.ts";
import { markdownTable } from "./markdown-table.ts";

/** The reports as Markdown: a table for each processor, with the command that made it. */
export function peersTables(reports: readonly PeersReport[]): string {
  return reports.map(peersTable).join("\n\n");
}

function peersTable(report: PeersReport): string {
  const { processor, comparisons, threads } = report;
  const others = peers.filter((peer) => comparisons.some(({ results }) => results.some(({ who }) => who === peer)));
  const versions = others.map((peer) => {
    const { [packageOf(peer)]: version } = report.versions[peer] ?? {};
    return version === undefined ? peer : `${peer} ${version}`;
  });
  const rows = comparisons.map((comparison) => [
    comparison.title,
    ...[OURS, ...others].map((who) => cell(comparison, who)),
  ]);
  return [
    `${processor.name}, ${processor.instructions}, ${processor.cores} cores, ${threads} threads, ${report.date} (\`${report.command}\`).`,
    `Seconds are medians on the wall; in brackets how many times ours they are: wall / processor time / peak memory.`,
    "",
    ...markdownTable([["what", "here", ...versions], ...rows]),
    ...(report.problems.length > 0 ? ["", ...report.problems] : []),
  ].join("\n");
}

function cell(comparison: ComparisonReport, who: string): string {
  const result = comparison.results.find((other) => other.who === who);
  if (result) return took(result, comparison);
  return comparison.failures.some((failure) => failure.who === who) ? "failed" : "";
}

function took(result: PeerResult, comparison: ComparisonReport): string {
  const text = `${secondsText(result.seconds)}, ${bytesText(result.peakBytes)}`;
  if (result.who === OURS) return text;
  const { seconds, cpuSeconds, peakBytes } = timesOurs(result, comparison);
  const differs = result.agreement?.agrees === false ? ", NUMBERS DIFFER" : "";
  return `${text} (${[seconds, cpuSeconds, peakBytes].map(times).join(" / ")}${differs})`;
}

function times(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2);
}

function packageOf(peer: string): string {
  return peer === "AutoCircuit" ? "auto-circuit" : peer === "TransformerLens" ? "transformer-lens" : "";
}
