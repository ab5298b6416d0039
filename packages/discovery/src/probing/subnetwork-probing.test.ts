import { PromptLoader, type PruneScores, patchTypes } from "@autocircuit/core";
import { describe, expect, it, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { maskFunctions } from "../masks/mask-function.ts";
import type { TrainingProgress } from "../training/training-progress.ts";
import { probingTargets } from "./probing-target.ts";
import { type SubnetworkProbingOptions, subnetworkProbing } from "./subnetwork-probing.ts";

const task = randomTask({ seed: 4, promptCount: 4, batchSize: 2 });
const { model, prompts } = task;
const probe = (options: SubnetworkProbingOptions) => subnetworkProbing(model, prompts, { epochs: 2, ...options });
const different = (a: PruneScores, b: PruneScores) => a.values.some((value, edge) => value !== b.values[edge]);

describe("subnetworkProbing", () => {
  test("reports every step, and keeps what was minimised", async () => {
    const steps: TrainingProgress[] = [];
    const scores = await probe({ lambda: 2, onProgress: (step) => steps.push(step) });
    expect(steps.map(({ done, total }) => [done, total])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    const { loss, target, size } = scores.history;
    expect(steps.map((step) => step.loss)).toEqual(loss);
    expect(steps.map((step) => step.target)).toEqual(target);
    expect(steps.map((step) => step.size)).toEqual(size);
    loss.forEach((value, step) => {
      expect(value).toBeCloseTo(target[step]! + size[step]!, 10);
    });
    // At first all masks are sigmoid(0.5): the rest of them is in the circuit.
    expect(size[0]).toBeCloseTo(2 * (1 - 1 / (1 + Math.exp(-0.5))), 5);
    expect(steps[0]!.gradient).toHaveLength(model.graph.edgeCount);
    expect(scores.history.validation).toBeUndefined();
  });

  test("the gradient is that of the loss", async () => {
    const wide = randomTask({ seed: 9, promptCount: 2, dtype: "float64" });
    const noise: SubnetworkProbingOptions["noise"] = ({ rows, edgeCount, use }) =>
      Float32Array.from(
        { length: rows * edgeCount },
        (_, i) => (0.31 + 0.618 * (i + 1) + (use === "size" ? 0.4 : 0)) % 1,
      );
    const edge = 7;
    const options = { maskFunction: "hard-concrete", epochs: 1, circuitSize: 5, avoid: [edge], noise } as const;
    const first = async (initial: number) => {
      const steps: TrainingProgress[] = [];
      const more = { ...options, initial, onProgress: (step: TrainingProgress) => steps.push(step) };
      await subnetworkProbing(wide.model, wide.prompts, more);
      return steps[0]!;
    };
    // All parameters move together: the sum of the gradients.
    const { gradient } = await first(0.4);
    const change = ((await first(0.4 + 1e-5)).loss - (await first(0.4 - 1e-5)).loss) / 2e-5;
    expect(gradient.reduce((sum, value) => sum + value, 0)).toBeCloseTo(change, 4);
  });

  test("the same seed gives the same scores, another one others", async () => {
    const options = { maskFunction: "hard-concrete", dropout: 0.2 } as const;
    const first = await probe({ ...options, seed: 1 });
    expect((await probe({ ...options, seed: 1 })).values).toEqual(first.values);
    expect(different(await probe({ ...options, seed: 2 }), first)).toBe(true);
    expect(first.info).toMatchObject({ algorithm: "subnetwork-probing", seed: 1, options });
    expect((await probe({})).info.seed).toBeUndefined();
  });

  test("edges up to the circuit's size cost nothing", async () => {
    const { history } = await probe({ circuitSize: model.graph.edgeCount, maskFunction: "hard-concrete" });
    expect(history.size).toEqual([0, 0, 0, 0]);
    const small = await probe({ circuitSize: 1, lambda: 1 });
    const mask = 1 / (1 + Math.exp(-0.5));
    expect(small.history.size[0]).toBeCloseTo(model.graph.edgeCount * (1 - mask) - 1, 3);
  });

  test.each(patchTypes)("avoided edges end outside the circuit, %s patching", async (patch) => {
    const plain = await probe({ patch, epochs: 5 });
    const avoid = plain.top(5);
    const avoiding = await probe({ patch, epochs: 20, avoid, avoidLambda: 50 });
    const rank = (scores: PruneScores) => {
      const order = scores.top(model.graph.edgeCount).map(({ index }) => index);
      return avoid.reduce((sum, { index }) => sum + order.indexOf(index), 0);
    };
    expect(rank(avoiding)).toBeGreaterThan(rank(plain) + 100);
  });

  test("by edge patching the circuit takes the clean prompts' values, AutoCircuit's choice those of corrupt ones", async () => {
    // All masks are 1.
    const options = { patch: "edge", maskFunction: "none", initial: -1, lambda: 0, epochs: 1 } as const;
    const right = await probe(options);
    expect(Math.abs(right.history.target[0]!)).toBeLessThan(1e-5);
    const same = await probe({ ...options, ablation: "tokenwise-mean-corrupt" });
    expect(same.history.target[0]).toBeGreaterThan(0.01);
    expect(right.info.options).toMatchObject({ ablation: "resample" });
  });

  test.each(probingTargets)("keeps %s small", async (target) => {
    const numbers = new PromptLoader(
      prompts.prompts.map((pair) => ({ ...pair, answers: Array.from({ length: 13 }, (_, i) => i / 5) })),
      { batchSize: 2 },
    );
    const on = target === "mean-squared-error" ? numbers : prompts;
    // A mask of 0.98 at first: as good as everything is ablated.
    const options = { target, epochs: 30, lambda: 0, initial: 4 } as const;
    const { history } = await subnetworkProbing(model, on, options);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [begin, end] = [mean(history.target.slice(0, 2)), mean(history.target.slice(-2))];
    // Without gradients nothing is learned.
    if (target === "correct-percent") expect(end).toBe(begin);
    else expect(end).toBeLessThan(begin - 1e-3);
  });

  test("looks at validation prompts after every step", async () => {
    const { prompts: validation } = randomTask({ seed: 30, promptCount: 3 });
    const { history } = await probe({ validation, maskFunction: "hard-concrete", dropout: 0.1 });
    expect(history.validation).toHaveLength(4);
    for (const { mean, deviation } of history.validation!) {
      expect(Number.isFinite(mean)).toBe(true);
      expect(deviation).toBeGreaterThan(0);
    }
    // With hardly anything ablated the run is the full model.
    const whole = await probe({ validation, initial: -30, learningRate: 1e-6 });
    expect(whole.history.validation![0]!.mean).toBeCloseTo(100, 1);
    expect(whole.history.validation![0]!.deviation).toBeLessThan(0.1);
  });

  it.each([
    ["a size of 0", { circuitSize: 0 }, /`circuitSize` must be a whole number of at least 1, but it is 0/],
    ["a size beyond the graph", { circuitSize: 1e6 }, /1000000 edges is more than the graph has: give at most \d+/],
    ["an avoided edge that is none", { avoid: ["A0.0->A1.9.Q"] }, /A0\.0->A1\.9\.Q/],
    ["a dropout of 1", { dropout: 1 }, /`dropout` must be a number of at least 0, below 1/],
    ["a target that is none", { target: "kl" }, /`target` must be one of kl-div/],
    [
      "noise of another length",
      { noise: () => new Float32Array(3), maskFunction: "hard-concrete" },
      /`noise` must give/,
    ],
    ["numbers as answers for tokens", { target: "mean-squared-error" }, /shape of the output/],
  ])("%s is an error", async (_, options, message) => {
    await expect(probe(options as never)).rejects.toThrow(message);
  });

  it("validation prompts of another length are an error", async () => {
    const shorter = prompts.prompts.map((pair) => ({
      ...pair,
      clean: pair.clean.slice(1),
      corrupt: pair.corrupt.slice(1),
    }));
    const validation = new PromptLoader(shorter, { batchSize: 4 });
    await expect(probe({ validation })).rejects.toThrow(/`validation` have 5 tokens, those trained on 6/);
    await expect(probe({ validation: new PromptLoader([], { batchSize: 4 }) })).rejects.toThrow(/no batch of prompts/);
  });

  it("a loss that is no number names the step", async () => {
    // Masks of a million, without anything that cuts them.
    const options = { maskFunction: "none", learningRate: 1e30, epochs: 3 } as const;
    await expect(probe(options)).rejects.toMatchObject({
      code: "not-finite",
      message: expect.stringMatching(/^Training, step \d of 6 \(epoch \d, batch [01]\): /),
    });
    const same = new PromptLoader(
      prompts.prompts.map((pair) => ({ ...pair, wrongAnswers: pair.answers })),
      { batchSize: 2 },
    );
    const percent = subnetworkProbing(model, same, { target: "logit-diff-percent", epochs: 1 });
    await expect(percent).rejects.toThrow(/step 1 of 2 .*The loss is NaN.*cannot tell apart/);
  });

  it.each(maskFunctions)(
    "a learning rate of a million gives numbers, or the step where there are none: %s",
    async (maskFunction) => {
      for (const target of ["kl-div", "answer", "logit-diff-percent"] as const) {
        const options = { maskFunction, target, learningRate: 1e6, epochs: 4, patch: "edge" } as const;
        const ended = await probe(options).then(
          ({ history, values }) => [...history.loss, ...values],
          (error: Error) => error,
        );
        if (ended instanceof Error) expect(ended.message).toMatch(/^Training, step \d of 8 \(epoch \d, batch [01]\): /);
        else expect(ended.every(Number.isFinite)).toBe(true);
      }
    },
  );

  it("an abort leaves nothing behind", async () => {
    const { memory } = await import("@autocircuit/native");
    await probe({ epochs: 1 });
    const before = await memory();
    const stop = new AbortController();
    const options = { epochs: 50, maskFunction: "hard-concrete", validation: prompts, signal: stop.signal } as const;
    const stopped = probe({ ...options, onProgress: ({ done }) => done === 3 && stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    for (const batch of prompts.batches) batch[Symbol.dispose]();
    expect((await memory()).tensors).toBeLessThanOrEqual(before.tensors);
  });
});
