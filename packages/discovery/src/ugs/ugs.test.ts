import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { grad, scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import type { TrainingProgress } from "../training/training-progress.ts";
import { meanOutputs, trainedAblation } from "./learned-ablation.ts";
import { ugs } from "./ugs.ts";
import type { UgsOptions } from "./ugs-options.ts";

const task = randomTask({ seed: 4, promptCount: 4, batchSize: 2 });
const { model, prompts } = task;
const { graph } = model;
const train = (options: UgsOptions) => ugs(model, prompts, { epochs: 2, samples: 3, ...options });
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("ugs", () => {
  it("reports every step, and what it costs to keep everything", async () => {
    const steps: TrainingProgress[] = [];
    const { history } = await train({ lambda: 2, nodeLambda: 0, onProgress: (step) => steps.push(step) });
    expect(steps.map(({ done, total }) => `${done}/${total}`)).toEqual(["1/4", "2/4", "3/4", "4/4"]);
    expect(steps[0]!.gradient).toHaveLength(graph.edgeCount);
    expect(history.size[0]! / (2 * graph.edgeCount)).toBeCloseTo(1 / (1 + Math.exp(-1)), 5);
    expect(history.loss.every(Number.isFinite)).toBe(true);
  });

  it("a large price of edges makes them unlikely, none keeps the output", async () => {
    const dear = await train({ epochs: 40, lambda: 10, learningRate: 0.3 });
    expect(dear.history.size.at(-1)!).toBeLessThan(dear.history.size[0]! / 10);
    const free = await train({ epochs: 40, lambda: 0, learningRate: 0.3 });
    expect(mean(free.history.target.slice(-4))).toBeLessThan(mean(free.history.target.slice(0, 4)));
  });

  it("the same seed gives the same scores whatever the slices, another one others", async () => {
    const first = await train({ seed: 1 });
    const sliced = await ugs(model.withGraph({ sliceBytes: 1 }), prompts, { epochs: 2, samples: 3, seed: 1 });
    const apart = sliced.values.map((value, edge) => Math.abs(value - first.values[edge]!));
    expect(Math.max(...apart)).toBeLessThan(2e-3);
    expect((await train({ seed: 2 })).values).not.toEqual(first.values);
    expect(first.info).toMatchObject({ algorithm: "ugs", seed: 1, options: { samples: 3, ablation: "resample" } });
    expect(first.vectors).toBe(null);
    expect(first.ablation(6)).toBe(null);
  });

  it("what ablated edges take can be trained: it does less harm than the mean", async () => {
    const options = { epochs: 30, lambda: 0, learningRate: 1e-6, optimalAblation: true, ablationRate: 0.05 };
    const { history, vectors, info } = await train({ ...options, initial: -1, samples: 10 });
    expect(vectors).toHaveLength(graph.sources.length * model.config.dModel);
    expect(mean(history.target.slice(-6))).toBeLessThan(0.8 * mean(history.target.slice(0, 6)));
    expect(info.options).toMatchObject({ optimalAblation: true, ablationRate: 0.05 });
    expect(info.options).not.toHaveProperty("ablation");
  });

  it("the trained values are those of a run", async () => {
    const scores = await train({ optimalAblation: true });
    const batch = prompts.batches[0]!;
    using ablation = scores.ablation(batch.seqLen)!;
    expect(ablation.sources.shape).toEqual([graph.sources.length, 1, batch.seqLen, model.config.dModel]);
    using logits = await model.forward(batch.clean, { ablate: ["A0.0->Resid End"], ablation });
    expect(logits.shape[0]).toBe(2);
  });

  it("the vectors' gradient is that of the loss", async () => {
    const wide = randomTask({ seed: 9, promptCount: 2, dtype: "float64" });
    const { sources, edgeCount } = wide.model.graph;
    const start = Float64Array.from(await meanOutputs(wide.model, wide.prompts, undefined));
    const batch = wide.prompts.batches[0]!;
    using full = await wide.model.forward(batch.clean);
    const lossOf = async (vectors: Tensor) => {
      const mask = Tensor.full([edgeCount], 0.4, { dtype: "float64" }).requireGrad();
      const run = trainedAblation(vectors, sources.length, batch.seqLen);
      const logits = await wide.model.forward(batch.clean, { ablate: mask, ...run });
      return klOfLogprobs(logprob(full), logprob(logits)).mean();
    };
    const leaf = Tensor.from(start, { dtype: "float64" }).requireGrad();
    const gradient = await scope(async () => (await grad(await lossOf(leaf), [leaf])[0]!.data()) as Float64Array);
    for (const place of [3, 40, start.length - 1]) {
      const moved = async (by: number) =>
        scope(async () =>
          (await lossOf(Tensor.from(start.map((value, i) => (i === place ? value + by : value))))).item(),
        );
      const change = (Number(await moved(1e-5)) - Number(await moved(-1e-5))) / 2e-5;
      expect(gradient[place]).toBeCloseTo(change, 6);
    }
  });

  it("an abort leaves nothing behind", async () => {
    const { memory } = await import("@autocircuit/native");
    await train({ optimalAblation: true });
    const before = await memory();
    const stop = new AbortController();
    const onProgress = ({ done }: TrainingProgress) => done === 3 && stop.abort();
    const stopped = train({ epochs: 50, optimalAblation: true, signal: stop.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    for (const batch of prompts.batches) batch[Symbol.dispose]();
    expect((await memory()).tensors).toBeLessThanOrEqual(before.tensors);
  });

  it.each([
    ["no samples", { samples: 0 }, /`samples` must be a whole number of at least 1/],
    ["a price below 0", { lambda: -1 }, /`lambda` must be a finite number of at least 0/],
    ["a target that is none", { target: "kl" }, /`target` must be one of kl-div/],
    ["noise of another length", { noise: () => new Float32Array(3) }, /`noise` must give/],
    ["an ablation beside a trained one", { optimalAblation: true, ablation: "zero" }, /`ablation` does nothing with/],
    ["a rate of what is not trained", { ablationRate: 1 }, /`ablationRate` does nothing without/],
    ["a rate that leads out of all numbers", { epochs: 3, learningRate: 1e38 }, /step \d+ of \d+.*Choose a smaller/],
  ])("%s is an error", async (_, options, message) => {
    await expect(train(options as never)).rejects.toThrow(message);
  });
});
