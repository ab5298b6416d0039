import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { type AnswerFunction, answerLoss, type GradFunction } from "./loss.ts";
import { maskGradient } from "./mask-gradient.ts";

type Task = ReturnType<typeof randomTask>;

/** Loss of the first batch with the same mask on every edge but one, in float64. */
async function lossAt(task: Task, edge: number, value: number, rest: number, fns: [GradFunction, AnswerFunction]) {
  const batch = task.prompts.batches[0]!;
  using ablation = await task.model.ablations(batch.corrupt, "resample");
  return scope(async () => {
    const values = new Float64Array(task.model.graph.edgeCount).fill(rest);
    values[edge] = value;
    const logits = await task.model.forward(batch.clean, { ablate: Tensor.from(values), ablation });
    return answerLoss(logits, batch, ...fns).item();
  });
}

describe("maskGradient", () => {
  const functions: [GradFunction, AnswerFunction][] = [
    ["logit", "avg-diff"],
    ["prob", "avg-diff"],
    ["logprob", "avg-val"],
    ["logit", "max-diff"],
    ["prob", "max-diff"],
  ];

  test.each(functions)("%s %s equals the finite difference", async (...fns) => {
    const task = randomTask({ seed: 3, dtype: "float64" });
    for (const maskValue of [0, 0.5]) {
      const [gradFunction, answerFunction] = fns;
      const scores = await maskGradient(task.model, task.prompts, { gradFunction, answerFunction, maskValue });
      const scale = Math.max(...scores.values.map(Math.abs));
      for (let edge = 0; edge < scores.values.length; edge += 5) {
        const step = 1e-4;
        const above = await lossAt(task, edge, maskValue + step, maskValue, fns);
        const below = await lossAt(task, edge, maskValue - step, maskValue, fns);
        expect(Math.abs(scores.values[edge]! - (above - below) / (2 * step))).toBeLessThan(1e-6 * scale + 1e-7);
      }
    }
  });

  test.each([{}, { parallel: true }, { factorized: false }, { separateQkv: false }, { byToken: true }])(
    "%o: the sum over edges of an integrated gradient is the change of the loss",
    async (graph) => {
      const task = randomTask({ seed: 5, dtype: "float64", promptCount: 4, ...graph });
      const steps = 200;
      const integrated = await maskGradient(task.model, task.prompts, { steps });
      const clean = await maskGradient(task.model, task.prompts, { maskValue: 0 });
      const ablated = await maskGradient(task.model, task.prompts, { maskValue: 1 });
      const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
      // The trapezoidal rule: the first and the last of the summed points count half.
      const change = (total(integrated.values) - total(clean.values) / 2 - total(ablated.values) / 2) / steps;
      const at = (value: number) => lossAt(task, 0, value, value, ["logit", "avg-diff"]);
      expect(change).toBeCloseTo((await at(1)) - (await at(0)), 3);
    },
  );

  test.each([{}, { parallel: true }, { factorized: false }, { separateQkv: false }, { byToken: true }])(
    "%o, by layer: the sum over a layer's edges is what ablating them changes",
    async (graph) => {
      const task = randomTask({ seed: 5, dtype: "float64", promptCount: 4, ...graph });
      const { sources, edgeCount } = task.model.graph;
      const steps = 50;
      const layered = await maskGradient(task.model, task.prompts, { steps, byLayer: true });
      const batch = task.prompts.batches[0]!;
      using ablation = await task.model.ablations(batch.corrupt, "resample");
      const lossWith = (value: number, layer: number) =>
        scope(async () => {
          const mask = Float64Array.from({ length: edgeCount }, (_, edge) => (layerOf(edge) === layer ? value : 0));
          const logits = await task.model.forward(batch.clean, { ablate: Tensor.from(mask), ablation });
          return answerLoss(logits, batch, "logit", "avg-diff").item();
        });
      const layerOf = (edge: number) => task.model.graph.edge(edge).src.layer;
      for (const layer of new Set(sources.map((src) => src.layer))) {
        const sum = layered.values.reduce((sum, value, edge) => sum + (layerOf(edge) === layer ? value : 0), 0);
        const change = (await lossWith(1, layer)) - (await lossWith(0, layer));
        // The first and the last sample count half in the trapezoidal rule, and in full here.
        const slope = async (at: number) =>
          ((await lossWith(at + 1e-4, layer)) - (await lossWith(at - 1e-4, layer))) / 2e-4;
        const ends = ((await slope(0)) + (await slope(1))) / 2;
        expect((sum - ends) / steps).toBeCloseTo(change, 3);
      }
      expect(layered.info.options).toMatchObject({ steps, byLayer: true });
    },
  );

  test("ablated from the clean prompts: resampling is no change, a mean over the batch is one", async () => {
    const { model, prompts } = randomTask({ seed: 2 });
    const none = await maskGradient(model, prompts, { ablateFrom: "clean" });
    expect(Math.max(...none.values.map(Math.abs))).toBeLessThan(1e-6);
    const mean = { ablation: "batch-tokenwise-mean" } as const;
    const clean = await maskGradient(model, prompts, { ...mean, ablateFrom: "clean" });
    const corrupt = await maskGradient(model, prompts, mean);
    expect(clean.values.some((value, edge) => Math.abs(value - corrupt.values[edge]!) > 1e-3)).toBe(true);
    expect(clean.info.options).toMatchObject({ ablateFrom: "clean" });
  });

  test("the largest answers are compared where there are several", async () => {
    const logits = Tensor.from([
      [1, 5, 3, 4],
      [2, 0, 1, 7],
    ]);
    const batch = {
      answers: [[0, 1], [2]],
      wrongAnswers: [
        [2, 3],
        [0, 1, 3],
      ],
    };
    // 5 - 4 and 1 - 7.
    expect(await answerLoss(logits, batch, "logit", "max-diff").item()).toBe(2.5);
  });

  test("is summed over the batches", async () => {
    const together = randomTask({ seed: 7, promptCount: 4 });
    const apart = randomTask({ seed: 7, promptCount: 4, batchSize: 1 });
    const whole = await maskGradient(together.model, together.prompts);
    const parts = await maskGradient(apart.model, apart.prompts);
    whole.values.forEach((value, edge) => {
      expect(parts.values[edge]).toBeCloseTo(4 * value, 4);
    });
  });

  test("reports progress and what was done", async () => {
    const { model, prompts } = randomTask({ promptCount: 4, batchSize: 2 });
    const steps: string[] = [];
    const { info } = await maskGradient(model, prompts, {
      steps: 1,
      gradFunction: "prob",
      onProgress: ({ done, total }) => steps.push(`${done}/${total}`),
    });
    expect(steps).toEqual(["2/8", "4/8", "6/8", "8/8"]);
    expect(info).toMatchObject({ algorithm: "mask-gradient", options: { gradFunction: "prob", steps: 1 } });
  });

  test("an abort leaves the model usable", async () => {
    const { model, prompts } = randomTask({ promptCount: 4, batchSize: 1 });
    const before = await maskGradient(model, prompts);
    const stop = new AbortController();
    const stopped = maskGradient(model, prompts, {
      signal: stop.signal,
      steps: 50,
      onProgress: ({ done }) => done === 3 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect((await maskGradient(model, prompts)).values).toEqual(before.values);
  });

  test.each([
    [{ gradFunction: "logits" }, /`gradFunction` must be one of logit, .*"logits"/],
    [{ answerFunction: "sum" }, /`answerFunction` must be one of .*"sum"/],
    [{ steps: 0 }, /at least 1/],
    [{ steps: 3, maskValue: 0.5 }, /either/],
    [{ byLayer: true }, /`byLayer` is a way to integrate: give `steps`/],
    [{ ablateFrom: "clean", ablation: "zero" }, /"zero" is made of what its name says/],
    [{ ablateFrom: "corrupt", ablation: "tokenwise-mean-clean" }, /Leave `ablateFrom` out/],
    [{ answerFunction: "mean-squared-error" }, /shape of the output/],
  ])("%o is an error", async (options, message) => {
    const { model, prompts } = randomTask();
    await expect(maskGradient(model, prompts, options as never)).rejects.toThrow(message);
  });
});
