import type { Machine } from "./machine.ts";

/** One measured thing. */
export interface BenchResult {
  name: string;
  /** Median seconds of the repeats. */
  seconds: number;
  /** `seconds` as a multiple of the plain forward pass of the same model. */
  timesPlain: number;
  /** Most memory resident in a process that did only this, weights included. */
  peakBytes: number;
  /** (slowest - fastest) / median of the repeats. */
  spread: number;
}

/** What a suite writes with `--json`. */
export interface BenchReport {
  machine: Machine;
  versions: Readonly<Record<string, string>>;
  results: readonly BenchResult[];
}

/** The report as lines for people. */
export function formatReport(report: BenchReport): string {
  const { cpu, cores } = report.machine;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const lines = report.results.map((result) =>
    [
      result.name.padEnd(20),
      `${(1000 * result.seconds).toFixed(1)} ms`.padStart(12),
      `${result.timesPlain.toFixed(2)} x plain`.padStart(14),
      `${(result.peakBytes / 2 ** 20).toFixed(0)} MiB`.padStart(10),
      `+-${(50 * result.spread).toFixed(0)} %`.padStart(8),
    ].join("  "),
  );
  return [`${cpu}, ${cores} cores; ${versions.join(", ")}`, ...lines].join("\n");
}
