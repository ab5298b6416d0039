import { formatBytes, formatMebibytes } from "@autocircuit/base";
import type { MeasuredMachine } from "../machine.ts";
import type { Processor } from "../processor.ts";
import type { Agreement } from "./agreement.ts";

/** This project's name in reports. */
export const OURS = "here";

/** What one tool took for one thing. */
export interface PeerResult {
  who: string;
  /** Median of the rounds, on the wall. */
  seconds: number;
  /** Median of the rounds, processor time of all threads. */
  cpuSeconds: number;
  /** Most memory resident in a process that did only this, weights included. */
  peakBytes: number;
  /** (slowest - fastest) / median on the wall. */
  spread: number;
  /** How far its numbers lie from ours, where they can be compared. */
  agreement?: Agreement;
}

/** A tool that could not do it, and what it said. */
export interface PeerFailure {
  who: string;
  why: string;
}

/** One thing that several tools did. */
export interface ComparisonReport {
  name: string;
  title: string;
  results: readonly PeerResult[];
  failures: readonly PeerFailure[];
}

/** What `bench peers` writes with `--json`. */
export interface PeersReport {
  /** Day of the measurement, `2026-11-28`. */
  date: string;
  command: string;
  machine: MeasuredMachine;
  processor: Processor;
  threads: number;
  versions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  comparisons: readonly ComparisonReport[];
  /** Tools that were not there, and how to get them. */
  problems: readonly string[];
}

/** How many times ours another tool takes. */
export function timesOurs(result: PeerResult, { results }: ComparisonReport) {
  const ours = results.find(({ who }) => who === OURS)!;
  return {
    seconds: result.seconds / ours.seconds,
    cpuSeconds: result.cpuSeconds / ours.cpuSeconds,
    peakBytes: result.peakBytes / ours.peakBytes,
  };
}

/** The report as lines for people. */
export function formatPeersReport(report: PeersReport): string {
  const { name, instructions, cores } = report.processor;
  const versions = Object.entries(report.versions).map(
    ([who, of]) =>
      `${who}: ${Object.entries(of)
        .map((pair) => pair.join(" "))
        .join(", ")}`,
  );
  return [
    `${name}, ${instructions}, ${cores} cores, ${report.threads} threads; ${report.date}`,
    ...versions,
    ...report.comparisons.flatMap((comparison) => ["", ...comparisonLines(comparison)]),
    ...(report.problems.length > 0 ? ["", ...report.problems] : []),
  ].join("\n");
}

function comparisonLines(comparison: ComparisonReport): string[] {
  const lines = comparison.results.map((result) => {
    const times = timesOurs(result, comparison);
    const ratios = `x ${times.seconds.toFixed(2)} wall, x ${times.cpuSeconds.toFixed(2)} processor, x ${times.peakBytes.toFixed(2)} memory`;
    return [
      `  ${result.who.padEnd(16)}`,
      secondsText(result.seconds).padStart(10),
      `${secondsText(result.cpuSeconds)} processor`.padStart(20),
      bytesText(result.peakBytes).padStart(9),
      `+-${(50 * result.spread).toFixed(0)} %`.padStart(7),
      result.who === OURS ? "" : ` ${ratios}${result.agreement ? `; ${agreementText(result.agreement)}` : ""}`,
    ]
      .join(" ")
      .trimEnd();
  });
  const failures = comparison.failures.map(({ who, why }) => `  ${who}: FAILED: ${why}`);
  return [`${comparison.title} (${comparison.name})`, ...lines, ...failures];
}

/** Whether the numbers are the same, in words. */
export function agreementText({ largest, agrees }: Agreement): string {
  const apart = Number.isFinite(largest) ? largest.toExponential(1) : "without end";
  return agrees ? `numbers agree to ${apart}` : `NUMBERS DIFFER by ${apart} of the largest`;
}

/** Seconds with three digits, in the unit that suits. */
export function secondsText(seconds: number): string {
  if (seconds < 1e-3) return `${(1e6 * seconds).toPrecision(3)} us`;
  if (seconds < 1) return `${trimmed(1000 * seconds)} ms`;
  return `${trimmed(seconds)} s`;
}

/** Bytes in MiB or GiB. */
export function bytesText(bytes: number): string {
  return bytes < 2 ** 30 ? formatMebibytes(bytes) : formatBytes(bytes);
}

function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
