import { join } from "node:path";
import {
  type Bootstrap,
  bootstrap,
  type IntervalKind,
  scoreIntervals,
  stability,
  sureEdges,
} from "@autocircuit/metrics";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { HostTensor, Recorder } from "../recorder.ts";

interface BootstrapExpected {
  filters: Record<
    string,
    Record<string, { threshold: number; kept: number[]; order: { absolute: number[]; signed: number[] } }>
  >;
  jaccard: Record<string, number>;
}

/** The intervals' names, and ours. */
const INTERVALS: Readonly<Record<string, IntervalKind>> = {
  technion: "monte-carlo",
  normal: "normal",
  percentile: "percentile",
};

/** Checks what resamples of prompts say of given scores. */
export async function checkBootstrap({ path }: CaseFolder, recorder: Recorder): Promise<void> {
  const tensors = new ExpectedTensors(join(path, "bootstrap.safetensors"));
  const { filters, jaccard } = readJson(path, "bootstrap.json") as BootstrapExpected;
  const scores = rowsOf(tensors.get("scores"));
  const made = new Map<string, Bootstrap>();
  for (const name of tensors.names().filter((tensor) => tensor.endsWith("/indices"))) {
    const size = name.split("/")[0]!;
    const found = bootstrap(scores, { draws: rowsOf(tensors.get(name)).map((row) => Array.from(row)) });
    made.set(size, found);
    const flat = {
      shape: [found.resampled.length, scores[0]!.length],
      data: found.resampled.flatMap((row) => [...row]),
    };
    recorder.tensor(`${size}/resampled`, flat, tensors.get(`${size}/resampled`));
    for (const which of ["mean", "sd"] as const)
      recorder.tensor(
        `${size}/${which}`,
        { shape: [scores[0]!.length], data: found[which] },
        tensors.get(`${size}/${which}`),
      );
    for (const [theirs, ours] of Object.entries(INTERVALS)) {
      const { low, high } = scoreIntervals(found, ours);
      const both = { shape: [2, low.length], data: [...low, ...high] };
      recorder.tensor(`${size}/${theirs}`, both, tensors.get(`${size}/${theirs}`));
    }
  }
  for (const [key, sets] of Object.entries(filters)) {
    const [size, interval] = key.split("/") as [string, string];
    const of = made.get(size)!;
    const intervals = scoreIntervals(of, INTERVALS[interval]!);
    for (const [name, { threshold, kept, order }] of Object.entries(sets)) {
      // The reference compares negative scores with plus the threshold.
      const limits = { above: threshold, below: threshold };
      const label = `filters/${key}/${name}`;
      recorder.equal(`${label}/kept`, sureEdges(of, intervals, limits).kept, kept);
      for (const rank of ["absolute", "signed"] as const)
        recorder.equal(`${label}/order/${rank}`, sureEdges(of, intervals, { ...limits, rank }).order, order[rank]);
    }
  }
  for (const [key, wanted] of Object.entries(jaccard)) {
    const [size, rank, count] = key.split("/") as [string, "absolute" | "signed", string];
    recorder.scalar(`jaccard/${key}`, stability(made.get(size)!, Number(count), rank).jaccard, wanted);
  }
}

function rowsOf({ shape, data }: HostTensor): ArrayLike<number>[] & { [i: number]: Float64Array } {
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from({ length: columns }, (__, column) => data[row * columns + column]!),
  );
}
