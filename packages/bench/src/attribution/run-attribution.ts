import { synchronize, threads, versions } from "@autocircuit/native";
import { childLine } from "../child-line.ts";
import { randomModel, randomPrompts } from "../engine/random-model.ts";
import type { ModelSpec } from "../engine/specs.ts";
import { interleave } from "../interleave.ts";
import { peakMemory, resetPeakMemory } from "../peak-memory.ts";
import { type Processor, processor } from "../processor.ts";
import { median, spread } from "../statistics.ts";
import { floorOfPasses, leastBytes } from "./floor.ts";
import { attributionRuns } from "./methods.ts";

/** What a method cost, beside what it costs at least. */
export interface AttributionCost {
  readonly name: string;
  readonly seconds: number;
  /** Seconds and processor time as multiples of a plain forward's, and the least. */
  readonly timesPlain: number;
  readonly processorTimesPlain: number;
  readonly floor: number;
  readonly peakBytes: number;
  /** What the process takes before it has a model, the weights, and what has to be held. */
  readonly floorBytes: number;
  /** (slowest - fastest) / median of the repeats. */
  readonly spread: number;
}

/** What `bench attribution` writes with `--json`. */
export interface AttributionReport {
  readonly date: string;
  readonly command: string;
  readonly processor: Processor;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly spec: ModelSpec;
  /** Seconds and peak of a plain forward. */
  readonly plain: { readonly seconds: number; readonly peakBytes: number };
  readonly results: readonly AttributionCost[];
}

/** Options of {@link runAttribution}. */
export interface AttributionRunOptions {
  /** The program and arguments that print the peak memory of the method named last. */
  readonly peakCommand: { readonly entry: string; readonly args: readonly string[] };
  readonly command: string;
  readonly repeats: number;
  readonly only?: readonly string[] | undefined;
  readonly onStep?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Peak memory of a run, and what there was before the model. */
interface Peak {
  readonly peakBytes: number;
  readonly beforeBytes: number;
}

/** Times every method of attribution and a plain forward in turns, and measures the memory of each in a process of its own. */
export async function runAttribution(spec: ModelSpec, options: AttributionRunOptions): Promise<AttributionReport> {
  const { peakCommand, command, repeats, only, onStep, signal } = options;
  const runs = attributionRuns(spec.layers).filter(({ name }) => only === undefined || only.includes(methodOf(name)));
  const peaks = new Map<string, Peak>();
  for (const name of ["plain", ...runs.map((run) => run.name)]) {
    onStep?.(`memory of ${name}`);
    peaks.set(name, JSON.parse(await childLine(peakCommand.entry, [...peakCommand.args, name], signal)));
  }
  const model = randomModel(spec);
  const prompts = randomPrompts(spec);
  const timed = [
    { name: "plain", run: () => plainForward(model, prompts) },
    ...runs.map(({ name, run, atMost }) => ({
      name,
      run: async () => void (await run(model, prompts)),
      ...(atMost !== undefined && { atMost }),
    })),
  ];
  const ofProcessor = new Map(timed.map(({ name }) => [name, [] as number[]]));
  const onRound = (done: number) => {
    signal?.throwIfAborted();
    onStep?.(done === 0 ? "warmed up" : `round ${done} of ${repeats}`);
  };
  const seconds = await interleave(timed, repeats, onRound, (name, time) => ofProcessor.get(name)!.push(time));
  const plainSeconds = median(seconds.get("plain")!);
  const plainProcessor = median(ofProcessor.get("plain")!);
  const { addon, libtorch, compiler } = versions();
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    processor: processor(),
    threads: threads(),
    versions: { addon, libtorch, compiler, node: process.versions.node },
    spec,
    plain: { seconds: plainSeconds, peakBytes: peaks.get("plain")!.peakBytes },
    results: runs.map(({ name, per, floor }) => {
      const times = seconds.get(name)!;
      const { peakBytes, beforeBytes } = peaks.get(name)!;
      return {
        name,
        seconds: median(times) / per,
        timesPlain: median(times) / per / plainSeconds,
        processorTimesPlain: median(ofProcessor.get(name)!) / per / plainProcessor,
        floor: floorOfPasses(spec, floor),
        peakBytes,
        floorBytes: beforeBytes + leastBytes(spec),
        spread: spread(times),
      };
    }),
  };
}

/** The method without what it was told: `ceap` of `ceap, 5 steps`. */
export function methodOf(name: string): string {
  return name.split(",")[0]!;
}

/** Runs one method in this process and prints its peak memory as JSON. */
export async function printAttributionPeak(spec: ModelSpec, name: string): Promise<void> {
  await synchronize();
  const beforeBytes = peakMemory();
  const model = randomModel(spec);
  const prompts = randomPrompts(spec);
  const found = attributionRuns(spec.layers).find((run) => run.name === name);
  const run = found ? () => found.run(model, prompts) : () => plainForward(model, prompts);
  resetPeakMemory();
  await run();
  if (found?.atMost === undefined) await run();
  const peak: Peak = { peakBytes: peakMemory(), beforeBytes };
  console.log(JSON.stringify(peak));
}

async function plainForward(
  model: ReturnType<typeof randomModel>,
  prompts: ReturnType<typeof randomPrompts>,
): Promise<void> {
  using _ = await model.forward(prompts.batches[0]!.clean);
  await synchronize();
}
