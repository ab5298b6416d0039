import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatMebibytes } from "@autocircuit/base";
import { loadModel } from "@autocircuit/models";
import { Tensor, versions } from "@autocircuit/native";
import { childLine } from "../child-line.ts";
import type { ModelSpec } from "../engine/specs.ts";
import { type MeasuredMachine, machine } from "../machine.ts";
import { peakMemory } from "../peak-memory.ts";
import { median, spread } from "../statistics.ts";
import { writeRandomCheckpoint } from "./random-checkpoint.ts";

/** How a checkpoint is loaded: its weights as they are stored, or processed as TransformerLens does. */
export const loadVariants = ["stored", "processed"] as const;
export type LoadVariant = (typeof loadVariants)[number];

/** Loading a checkpoint and running one prompt. */
export interface LoadResult {
  name: LoadVariant;
  /** From the start of the process to the first logits. */
  seconds: number;
  /** The same as a multiple of reading the file once, in the same run, with the file in the system's cache. */
  timesReading: number;
  /** Most memory resident in the process: weights, LibTorch, Node. */
  peakBytes: number;
  /** The same as a multiple of the weights. */
  timesWeights: number;
  spread: number;
}

/** What the suite writes with `--json`. */
export interface LoadReport {
  machine: MeasuredMachine;
  versions: Readonly<Record<string, string>>;
  /** Size of the checkpoint. */
  weightBytes: number;
  /** Seconds to read it once. */
  reading: number;
  results: readonly LoadResult[];
}

/** Options of {@link runLoadSuite}. */
export interface LoadSuiteOptions {
  repeats: number;
  /** The program and arguments that run {@link printFirstLogits} for the variant and folder named last. */
  command: { entry: string; args: readonly string[] };
  onStep?: (text: string) => void;
  signal?: AbortSignal;
}

/** Writes a random checkpoint, loads it in processes of its own, and removes it. */
export async function runLoadSuite(spec: ModelSpec, options: LoadSuiteOptions): Promise<LoadReport> {
  const { repeats, command, onStep, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), "autocircuit-bench-"));
  try {
    onStep?.("writing a checkpoint");
    await writeRandomCheckpoint(folder, spec, 1);
    const file = join(folder, "model.safetensors");
    const readings: number[] = [];
    const runs = new Map<LoadVariant, { seconds: number; peakBytes: number }[]>();
    for (let round = 0; round < repeats; round++) {
      onStep?.(`round ${round + 1} of ${repeats}`);
      readings.push(await secondsToRead(file));
      for (const variant of loadVariants) {
        signal?.throwIfAborted();
        const line = await childLine(command.entry, [...command.args, variant, "--folder", folder], signal);
        runs.set(variant, [...(runs.get(variant) ?? []), JSON.parse(line)]);
      }
    }
    const weightBytes = (await stat(file)).size;
    const reading = median(readings);
    const results = loadVariants.map((name): LoadResult => {
      const seconds = runs.get(name)!.map((run) => run.seconds);
      const peakBytes = median(runs.get(name)!.map((run) => run.peakBytes));
      return {
        name,
        seconds: median(seconds),
        timesReading: median(seconds) / reading,
        peakBytes,
        timesWeights: peakBytes / weightBytes,
        spread: spread(seconds),
      };
    });
    const { addon, libtorch, compiler } = versions();
    const used = { addon, libtorch, compiler, node: process.versions.node };
    return { machine: machine(), versions: used, weightBytes, reading, results };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Loads a checkpoint in this process, runs one prompt, and prints seconds since the start and peak memory as JSON. */
export async function printFirstLogits(variant: LoadVariant, folder: string): Promise<void> {
  const on = variant === "processed";
  const processing = { foldLn: on, centerWritingWeights: on, centerUnembed: on, foldValueBiases: on };
  using model = await loadModel(folder, { ...processing, tokenizer: null });
  using tokens = Tensor.from([[1, 2, 3, 4, 5, 6, 7, 8]], { dtype: "int64" });
  using logits = await model.forward(tokens);
  await logits.data();
  console.log(JSON.stringify({ seconds: performance.now() / 1000, peakBytes: peakMemory() }));
}

/** The report as lines for people. */
export function formatLoadReport({ weightBytes, reading, results, ...report }: LoadReport): string {
  const used = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  const lines = results.map((result) =>
    [
      result.name.padEnd(10),
      `${result.seconds.toFixed(2)} s`.padStart(8),
      `${result.timesReading.toFixed(1)} x reading`.padStart(15),
      `peak ${formatMebibytes(result.peakBytes)}`.padStart(14),
      `${result.timesWeights.toFixed(2)} x weights`.padStart(15),
      `+-${(50 * result.spread).toFixed(0)} %`.padStart(8),
    ].join("  "),
  );
  const head = `weights ${formatMebibytes(weightBytes)}, read once in ${reading.toFixed(2)} s`;
  return [`${report.machine.cpu}, ${report.machine.cores} cores; ${used.join(", ")}`, head, ...lines].join("\n");
}

async function secondsToRead(path: string): Promise<number> {
  const started = performance.now();
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(8 << 20);
    while ((await file.read(buffer, 0, buffer.length)).bytesRead > 0);
  } finally {
    await file.close();
  }
  return (performance.now() - started) / 1000;
}
