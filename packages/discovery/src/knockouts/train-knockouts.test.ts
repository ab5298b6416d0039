import { PruneScores } from "@autocircuit/core";
import { sameUnderKnockouts } from "@autocircuit/metrics";
import { describe, expect, it, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import type { NoiseRequest } from "../masks/noise.ts";
import { trainKnockouts } from "./train-knockouts.ts";

const { model, prompts } = randomTask({ seed: 2, promptCount: 4, batchSize: 2 });
const scores = await edgeAttribution(model, prompts);
const size = 20;
const circuit = scores.circuit(size);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("trainKnockouts", () => {
  test("finds knockouts under which circuit and model differ more than they do", async () => {
    const options = { scores, size, epochs: 60, learningRate: 0.3, maskFunction: "sigmoid" } as const;
    const found = await trainKnockouts(model, prompts, options);
    const { target, size: count, loss } = found.history;
    expect(mean(target.slice(-2))).toBeLessThan(mean(target.slice(0, 2)) - 0.05);
    expect(count.every((value) => value === 0)).toBe(true);
    expect(loss).toEqual(target);
    const measured = await sameUnderKnockouts(model, prompts, { scores, size, knockouts: found });
    expect(measured.knockouts).toBeGreaterThan(0);
    expect(measured.knockoutKl).toBeGreaterThan(measured.kl);
  });

  test("nothing outside the circuit is knocked out", async () => {
    const { values, info } = await trainKnockouts(model, prompts, { scores, size, epochs: 2, seed: 5 });
    values.forEach((value, edge) => {
      if (circuit.has(edge)) expect(value).toBeGreaterThan(-3);
      else expect(value).toBe(-99);
    });
    expect(info).toMatchObject({ algorithm: "knockouts", seed: 5, options: { size, most: 4, sharedKnockouts: true } });
  });

  test("knockouts beyond a fifth of the circuit cost something", async () => {
    const options = { scores, size, epochs: 40, learningRate: 0.3, maskFunction: "sigmoid" } as const;
    const free = await trainKnockouts(model, prompts, options);
    const paid = await trainKnockouts(model, prompts, { ...options, lambda: 5, most: 2 });
    const count = (found: PruneScores) => found.values.filter((value) => value > 0).length;
    expect(count(paid)).toBeLessThan(count(free));
    expect(paid.history.size.some((value) => value > 0)).toBe(true);
    // Of circuits below 5 edges one may go.
    expect((await trainKnockouts(model, prompts, { scores, size: 3, epochs: 1 })).info.options).toMatchObject({
      most: 1,
    });
  });

  test("circuit and model draw the same knockouts, or each their own", async () => {
    const passes = async (sharedKnockouts: boolean) => {
      const asked: NoiseRequest[] = [];
      const noise = (request: NoiseRequest) => {
        asked.push(request);
        return new Float32Array(request.rows * request.edgeCount).fill(0.5);
      };
      await trainKnockouts(model, prompts, { scores, size, epochs: 1, sharedKnockouts, noise });
      return asked.filter(({ use, step }) => use === "mask" && step === 0).map(({ pass, rows }) => [pass, rows]);
    };
    expect(await passes(true)).toEqual([[0, 2]]);
    expect(await passes(false)).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  test("of the whole graph as a circuit nothing can differ, unless knockouts do", async () => {
    const whole = { scores, size: model.graph.edgeCount, epochs: 1, maskFunction: "hard-concrete" } as const;
    for (const target of ["kl-div", "logit-diff"] as const) {
      const { history } = await trainKnockouts(model, prompts, { ...whole, target });
      expect(Math.abs(history.target[0]!)).toBeLessThan(1e-5);
    }
    const apart = await trainKnockouts(model, prompts, { ...whole, sharedKnockouts: false });
    expect(apart.history.target[0]).toBeLessThan(-1e-3);
  });

  it.each([
    [{ size: 0 }, /`size` must be a whole number of at least 1/],
    [{ size: 1e6 }, /Circuit size 1000000/],
    [{ maskFunction: "none" }, /`maskFunction` must be one of sigmoid, hard-concrete/],
    [{ scores: new PruneScores(model.graph.with({ separateQkv: false })) }, /another graph/],
  ])("%o is an error", async (options, message) => {
    await expect(trainKnockouts(model, prompts, { scores, size, ...options } as never)).rejects.toThrow(message);
  });
});
