import { availableParallelism } from "node:os";
import { AutocircuitError } from "@autocircuit/base";
import {
  memory,
  type OpenDevice,
  processor,
  recordings,
  resetPeak,
  synchronize,
  type TransformerOptions,
  threads,
  versions,
} from "@autocircuit/native";
import { childLine } from "../child-line.ts";
import { interleave } from "../interleave.ts";
import { machine } from "../machine.ts";
import { peakMemory, resetPeakMemory } from "../peak-memory.ts";
import type { BenchReport, BenchResult } from "../result.ts";
import { someAtOnce } from "../some-at-once.ts";
import { median, spread } from "../statistics.ts";
import { byLibrary, makeScenarios, scenarioNames } from "./scenarios.ts";
import type { SuiteSpec } from "./specs.ts";

/** Options of {@link runEngineSuite}. */
export interface EngineSuiteOptions {
  /** The program and arguments that run {@link printPeak} for the scenario named last. */
  peakCommand: { entry: string; args: readonly string[] };
  onStep?: (text: string) => void;
  signal?: AbortSignal;
  /** Where and in what the models compute; the device is one that was opened. */
  how: TransformerOptions;
  /** What is known of it, for the report. */
  device: OpenDevice;
}

type Peak = Pick<BenchResult, "peakBytes" | "peakDeviceBytes">;

/** Times every scenario, taking turns, and measures the peak memory of each in a process of its own. */
export async function runEngineSuite(spec: SuiteSpec, options: EngineSuiteOptions): Promise<BenchReport> {
  const { peakCommand, onStep, signal, how, device } = options;
  const names = scenarioNames(spec);
  const peaks = new Map<string, Peak>();
  // Memory first: a child beside this process would disturb the times, and this process holds no model yet.
  await someAtOnce(names, device.name === "cpu" ? 1 : Math.ceil(availableParallelism() / 2), async (name) => {
    onStep?.(`memory of ${name}`);
    peaks.set(name, JSON.parse(await childLine(peakCommand.entry, [...peakCommand.args, name], signal)));
  });
  onStep?.("making models");
  const scenarios = await makeScenarios(spec, names, how);
  const onRound = (done: number) => {
    signal?.throwIfAborted();
    onStep?.(done === 0 ? "warmed up" : `round ${done} of ${spec.repeats}`);
  };
  const ofProcessor = new Map(scenarios.map(({ name }) => [name, [] as number[]]));
  const seconds = await interleave(scenarios, spec.repeats, onRound, (name, time) => ofProcessor.get(name)!.push(time));
  const results = scenarios.map(({ name, plain, per }): BenchResult => {
    const times = seconds.get(name)!.map((time) => time / per);
    const processorSeconds = median(ofProcessor.get(name)!) / per;
    return {
      name,
      seconds: median(times),
      timesPlain: median(times) / median(seconds.get(plain)!),
      processorSeconds,
      processorTimesPlain: processorSeconds / median(ofProcessor.get(plain)!),
      processorTimesLibrary: processorSeconds / median(ofProcessor.get(byLibrary(plain))!),
      ...peaks.get(name)!,
      spread: spread(times),
    };
  });
  const { addon, libtorch, compiler } = versions();
  const { used: set, why, products } = processor();
  const computes = {
    processor: `${set} (${why}), products ${products}`,
    threads: threads(),
    device: device.name,
    gpu: device.facts?.name ?? null,
    kernels: device.kernels,
    dtype: how.dtype ?? "float32",
  };
  const used = { addon, libtorch, compiler, node: process.versions.node };
  const where = { ...machine(), ...computes, tf32: how.tf32 ?? false };
  return { machine: where, versions: used, results, recordings: await recordings() };
}

/**
 * Runs one scenario in this process and prints the peak memory as JSON: of the run, with the weights in place, without what making the
 * model took for a while.
 */
export async function printPeak(spec: SuiteSpec, name: string, how: TransformerOptions): Promise<void> {
  const [scenario] = await makeScenarios(spec, [name], how);
  if (!scenario)
    throw new AutocircuitError(
      "unknown-name",
      `There is no scenario "${name}". There are: ${scenarioNames(spec).join(", ")}.`,
    );
  await synchronize();
  await resetPeak();
  resetPeakMemory();
  await scenario.run();
  if (scenario.atMost === undefined) await scenario.run();
  const peak: Peak = { peakBytes: peakMemory(), peakDeviceBytes: (await memory()).peakDeviceBytes };
  console.log(JSON.stringify(peak));
}
