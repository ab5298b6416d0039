import { formatBytes, formatNumber, LESS_THEIR_MEAN } from "@autocircuit/base";
import { KEPT_BELOW, stabilityReport } from "@autocircuit/discovery";
import type { CircuitReport } from "@autocircuit/report";
import { table } from "../support/table.ts";
import { deviceText } from "../support/use-device.ts";
import { verdictLine } from "../test-circuit/verdict-line.ts";
import { accuracyText } from "./accuracy-text.ts";
import type { DiscoverResult } from "./result.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What the columns of {@link ablationText} say. */
const ABLATION_COLUMNS = `KL: nats from the full model's output; largest change: of any output value on any prompt (of logits ${LESS_THEIR_MEAN}); kept: below ${KEPT_BELOW}, changed: not`;

/** What stays of the output when everything outside a circuit is ablated, with what the report notes about it. */
export function ablationText({ ablationTable = [], notes }: CircuitReport): string {
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? "-" : formatNumber(value);
  const rows = ablationTable.map((row) => [
    row.circuit,
    row.ablation,
    cell(row.kl),
    cell(row.maxAbsDiff),
    row.kept ? "kept" : "changed",
  ]);
  const columns = ["circuit alone", "ablation", "KL", "largest change", "output"];
  return [table(columns, rows), ...(rows.length > 0 ? [ABLATION_COLUMNS] : []), ...notes].join("\n");
}

/** The figures of a run in a few lines, but for those that {@link ablationText} has said. */
export function summary(
  result: DiscoverResult,
  { ablation }: DiscoverSettings,
  { ablationTable = [] }: CircuitReport,
): string {
  const { divergence, known, circuit, edgeCount, seconds, peakMemoryBytes, peakDeviceBytes } = result;
  const theirs = known && `, ${known.name} ${formatNumber(divergence.knownCircuit!)}`;
  const compared =
    known &&
    `: ${known.truePositives} of the ${known.name} circuit's ${known.edges.length}, ${known.falsePositives} others, ${known.falseNegatives} missed`;
  const onDevice = peakDeviceBytes > 0 ? `, on the GPU ${formatBytes(peakDeviceBytes)}` : "";
  const sure = result.bootstrap
    ? [stabilityReport(result.bootstrap, result.algorithm, result.bootstrap.notes).text]
    : [];
  const inTable = ablationTable.some((row) => row.ablation === ablation && typeof row.kl === "number");
  const outside = `${divergence.metric}, ${ablation} ablation outside the circuit: found ${formatNumber(divergence.circuit)}${theirs ?? ""}`;
  return [
    ...(result.accuracy ? [accuracyText(result.accuracy)] : []),
    ...(inTable ? [] : [outside]),
    `${circuit.length} edge${circuit.length === 1 ? "" : "s"} found${compared ?? ` of ${edgeCount}`}`,
    ...sure,
    ...(result.tests?.verdicts.map(verdictLine) ?? []),
    `${seconds.toFixed(2)} s on ${deviceText(result)}, peak memory ${formatBytes(peakMemoryBytes)}${onDevice}`,
  ].join("\n");
}
