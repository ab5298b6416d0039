import { formatMebibytes } from "@autocircuit/base";
import { type Recordings, recordingsText } from "@autocircuit/native";
import type { MeasuredMachine } from "./machine.ts";

/** One measured thing. */
export interface BenchResult {
  name: string;
  /** Median seconds of the repeats. */
  seconds: number;
  /** `seconds` as a multiple of the plain forward pass of the same model. */
  timesPlain: number;
  /** Median processor time of the repeats, of all threads together; a busy machine lengthens it less. */
  processorSeconds: number;
  /** `processorSeconds` as a multiple of that of the plain forward pass of the same model. */
  processorTimesPlain: number;
  /** The same, where that pass leaves its products with matrices to LibTorch's library, as others' passes do. */
  processorTimesLibrary?: number;
  /** Most memory resident in a process that did only this, weights included. */
  peakBytes: number;
  /** Most memory that LibTorch's tensors took on GPUs; 0 on the CPU. */
  peakDeviceBytes: number;
  /** (slowest - fastest) / median of the repeats. */
  spread: number;
}

/** Where and in what it was measured. */
export interface Computing {
  /** The CPU's kernels: an instruction set, and why that. */
  processor: string;
  threads: number;
  device: string;
  /** The GPU's name, where it is known. */
  gpu: string | null;
  /** Whether this project's kernels took part. */
  kernels: boolean;
  dtype: string;
  tf32: boolean;
}

/** What a suite writes with `--json`. */
export interface BenchReport {
  machine: MeasuredMachine & Computing;
  versions: Readonly<Record<string, string>>;
  results: readonly BenchResult[];
  /** How often a GPU repeated a pass that was recorded instead of launching it. */
  recordings?: Recordings;
}

/** The report as lines for people. */
export function formatReport(report: BenchReport): string {
  const { cpu, cores, processor, threads, device, gpu, kernels, dtype, tf32 } = report.machine;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const onGpu = device !== "cpu";
  const where = `${device}${gpu === null ? "" : ` (${gpu})`}${kernels ? "" : " without kernels"}, ${dtype}${tf32 ? " by TF32" : ""}`;
  const lines = report.results.map((result) =>
    [
      result.name.padEnd(22),
      `${(1000 * result.seconds).toFixed(1)} ms`.padStart(12),
      `${result.timesPlain.toFixed(2)} x plain`.padStart(14),
      `processor ${(1000 * result.processorSeconds).toFixed(1)} ms`.padStart(21),
      `${result.processorTimesPlain.toFixed(2)} x plain`.padStart(14),
      ...(result.processorTimesLibrary && !onGpu
        ? [`${result.processorTimesLibrary.toFixed(2)} x by library`.padStart(18)]
        : []),
      formatMebibytes(result.peakBytes).padStart(10),
      ...(onGpu ? [`GPU ${formatMebibytes(result.peakDeviceBytes)}`.padStart(14)] : []),
      `+-${(50 * result.spread).toFixed(0)} %`.padStart(8),
    ].join("  "),
  );
  const repeated = onGpu && report.recordings ? [recordingsText(report.recordings)] : [];
  return [
    `${cpu}, ${cores} cores, ${threads} threads, kernels ${processor}; ${where}; ${versions.join(", ")}`,
    ...lines,
    ...repeated,
  ].join("\n");
}
