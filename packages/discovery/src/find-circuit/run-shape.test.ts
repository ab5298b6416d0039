import { ablationBytes, bytesPerPrompt, Graph, LoadedTask, passBytes } from "@autocircuit/core";
import { expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { answeringAtOnce } from "../speculation/circuits-at-once.ts";
import { runShape } from "./run-shape.ts";
import { ACDC_UP_TO } from "./starting-algorithms.ts";

const { config } = randomTask().model;
const small = { config, graph: Graph.of(config) };
const large = { config, graph: Graph.of({ ...config, layers: 12, heads: 12, kvHeads: 12 }) };
const free = 2 ** 33;
const batch = { size: 16, seqLen: 6, free };
const acdc = { circuitCount: 8, sliced: false, adjustable: true, held: 0 };
const attribution = { circuitCount: 1, sliced: true, adjustable: false, held: 0 };

it("is that of the algorithm that will be chosen", () => {
  expect(small.graph.edgeCount).toBeLessThanOrEqual(ACDC_UP_TO);
  expect(large.graph.edgeCount).toBeGreaterThan(ACDC_UP_TO);
  expect(runShape(small, {}, batch)).toEqual(acdc);
  expect(runShape(large, { algorithm: "acdc" }, batch)).toEqual(acdc);
  expect(runShape(large, { size: 20 }, batch)).toEqual(attribution);
  expect(runShape(small, { algorithm: "edge-attribution", size: 20 }, batch)).toEqual(attribution);
  expect(runShape({ ...large, hasKnownCircuit: true }, {}, batch)).toEqual(attribution);
});

it("has as many circuits at once as the search for few edges will run, where answers are kept", () => {
  const answering = (task: typeof small, size = batch.size, bytes = free) =>
    answeringAtOnce({ ...task, computeDtype: "float32", device: "cpu" }, { size, seqLen: 6 }, 1, bytes);
  const kept = { circuitCount: 32, sliced: false, adjustable: false, held: 0 };
  expect(answering(small)).toBe(32);
  expect(runShape(large, {}, batch)).toEqual({ ...kept, circuitCount: answering(large) });
  expect(runShape(small, { keep: 0.9 }, batch)).toEqual(kept);
  // Fewer of more prompts, or where little is free.
  for (const [size, bytes] of [
    [16_384, free],
    [16, 2 ** 24],
  ] as const) {
    const { circuitCount } = runShape(large, { keep: 0.9 }, { ...batch, size, free: bytes });
    expect(circuitCount).toBe(answering(large, size, bytes));
    expect(circuitCount).toBeLessThan(32);
  }
});

it("counts the ablations that a search for few edges holds: all of them, at most 1 GiB and an eighth of what is free, or none", () => {
  const model = { ...large, computeDtype: "float32", device: "cpu" } as const;
  const of = (promptCount: number, bytes: number, ablation: "resample" | "tokenwise-mean-corrupt" = "resample") =>
    runShape(large, { keep: 0.9, ablation }, { ...batch, promptCount, free: bytes }).held;
  const one = ablationBytes(model, batch.seqLen);
  const most = Math.floor(2 ** 30 / one);
  expect(of(100, 64 * 2 ** 30)).toBe(100 * one);
  expect(of(most, 64 * 2 ** 30)).toBe(most * one);
  expect(of(most + 1, 64 * 2 ** 30)).toBe(0);
  expect(of(most, 4 * 2 ** 30)).toBe(0);
  expect(of(100, 64 * 2 ** 30, "tokenwise-mean-corrupt")).toBe(0);
  expect(runShape(large, { size: 9 }, { ...batch, promptCount: 100 }).held).toBe(0);
});

it("has as many circuits at once as the algorithm's option says", () => {
  expect(runShape(large, { algorithm: "acdc", options: { largestBatch: 16 } }, batch).circuitCount).toBe(16);
});

it("knows a GPU's memory, and the batches of a task that is loaded", () => {
  const { size, seqLen } = batch;
  const model = { ...large, computeDtype: "float32" } as const;
  const one = size * (passBytes(model, seqLen, 0) + bytesPerPrompt(model, seqLen));
  const on = { ...batch, device: "cuda:0", free: 10 * one } as const;
  expect(runShape(large, { algorithm: "acdc" }, on).circuitCount).toBe(4);
  expect(() => runShape(large, {}, undefined as never)).toThrow(/give `batch` too/);
  const { model: loaded, prompts } = randomTask({ promptCount: 4 });
  const definition = {
    key: "random",
    name: "random",
    batchSize: 4,
    batchCount: 1,
    model: loaded,
    prompts: {} as never,
  };
  const parts = { model: loaded, train: prompts, test: prompts, knownEdges: null, sharedPrefix: null };
  using task = { of: new LoadedTask(definition, parts, () => undefined), [Symbol.dispose]: () => loaded.dispose() };
  expect(runShape(task.of)).toEqual(acdc);
  const held = 8 * ablationBytes(loaded, seqLen);
  expect(runShape(task.of, { keep: 0.9 })).toEqual({ circuitCount: 32, sliced: false, adjustable: false, held });
});
