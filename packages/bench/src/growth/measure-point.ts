import { edgeAttribution } from "@autocircuit/discovery";
import { synchronize, Tensor } from "@autocircuit/native";
import { randomModel, randomPrompts } from "../engine/random-model.ts";
import { RandomValues } from "../engine/random-values.ts";
import { type Cost, measured } from "../measured.ts";
import { peakMemory } from "../peak-memory.ts";
import { median, spread } from "../statistics.ts";
import type { GrowthMeasure, GrowthPoint } from "./axes.ts";
import { floorSeconds, leastWork, type Rates } from "./floor.ts";

/** What a measure took at a point, beside what it takes at least. */
export interface GrowthResult {
  measure: GrowthMeasure;
  seconds: number;
  cpuSeconds: number;
  peakBytes: number;
  /** Least seconds on the wall, by what products and reading took in the same rounds. */
  floorSeconds: number;
  /** The same in processor time. */
  floorCpuSeconds: number;
  /** Weights, what has to be held, and what the process takes before it has a model. */
  floorBytes: number;
  spread: number;
}

/** Rounds at most and at least; none begins after so many seconds but the least. */
const ROUNDS = { most: 5, least: 2, seconds: 40 };
/** Rows, terms and columns of the product that the processor's speed is measured by: those of an MLP. */
const PRODUCT = [1024, 768, 3072] as const;
/** Floats that are read to measure how fast memory is: more than caches hold. */
const READ = 2 ** 26;

/** Measures everything of a point in this process: memory first, then time in rounds. */
export async function measurePoint(point: GrowthPoint, quick: boolean): Promise<GrowthResult[]> {
  // What LibTorch takes before there is a model.
  await synchronize();
  const before = peakMemory();
  const runs = await pointRuns(point);
  const peaks = new Map<GrowthMeasure, number>();
  for (const { measure, run } of runs) {
    await run();
    peaks.set(measure, (await measured(run)).cost.peakBytes);
  }
  const probe = makeProbes(quick);
  const costs = new Map(runs.map(({ measure }) => [measure, [] as Cost[]]));
  const products: Cost[] = [];
  const reads: Cost[] = [];
  const start = performance.now();
  for (let round = 0; round < (quick ? ROUNDS.least : ROUNDS.most); round++) {
    if (round >= ROUNDS.least && performance.now() - start > 1000 * ROUNDS.seconds) break;
    for (const { measure, run } of runs) {
      products.push((await measured(probe.product)).cost);
      reads.push((await measured(probe.read)).cost);
      costs.get(measure)!.push((await measured(run)).cost);
    }
  }
  const wall = rates(products, reads, (cost) => cost.seconds, quick);
  const cpu = rates(products, reads, (cost) => cost.cpuSeconds, quick);
  return runs.map(({ measure }) => {
    const work = leastWork(point.spec, measure, point.patched);
    const seconds = costs.get(measure)!.map((cost) => cost.seconds);
    return {
      measure,
      seconds: median(seconds),
      cpuSeconds: median(costs.get(measure)!.map((cost) => cost.cpuSeconds)),
      peakBytes: peaks.get(measure)!,
      floorSeconds: floorSeconds(work, wall),
      floorCpuSeconds: floorSeconds(work, cpu),
      floorBytes: before + work.resident,
      spread: spread(seconds),
    };
  });
}

async function pointRuns(point: GrowthPoint): Promise<{ measure: GrowthMeasure; run: () => Promise<void> }[]> {
  const model = randomModel(point.spec);
  const prompts = randomPrompts(point.spec);
  const { clean, corrupt } = prompts.batches[0]!;
  const finished = async (output: Promise<Tensor>) => {
    using _ = await output;
    await synchronize();
  };
  const makers: Record<GrowthMeasure, () => Promise<() => Promise<void>>> = {
    plain: async () => () => finished(model.forward(clean)),
    patched: async () => {
      const ablation = await model.ablations(corrupt, "resample");
      const ablate = new Float32Array(model.graph.edgeCount);
      const count = Math.min(point.patched, ablate.length);
      for (const edge of new RandomValues(count).distinct(count, ablate.length)) ablate[edge] = 1;
      return () => finished(model.forward(clean, { ablate, ablation }));
    },
    "edge-attribution": async () => async () => void (await edgeAttribution(model, prompts)),
  };
  const runs = [];
  for (const measure of point.measures) runs.push({ measure, run: await makers[measure]() });
  return runs;
}

/** A product and a reading of memory, whose least work is known. */
function makeProbes(quick: boolean): { product: () => Promise<void>; read: () => Promise<void> } {
  const [rows, terms, columns] = PRODUCT;
  const left = Tensor.full([rows, terms], 0.5);
  const right = Tensor.full([terms, columns], 0.5);
  const long = Tensor.full([readLength(quick)], 0.5);
  const wait = async (make: () => Tensor) => {
    using _ = make();
    await synchronize();
  };
  return { product: () => wait(() => left.matmul(right)), read: () => wait(() => long.sum()) };
}

function rates(products: readonly Cost[], reads: readonly Cost[], time: (cost: Cost) => number, quick: boolean): Rates {
  const [rows, terms, columns] = PRODUCT;
  return {
    flopPerSecond: (2 * rows * terms * columns) / median(products.map(time)),
    bytesPerSecond: (4 * readLength(quick)) / median(reads.map(time)),
  };
}

function readLength(quick: boolean): number {
  return quick ? READ / 16 : READ;
}
