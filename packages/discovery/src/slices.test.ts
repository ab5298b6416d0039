import { type AblationType, ablationTypes, PromptLoader, patchTypes } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { activationMagnitude } from "./activation-magnitude.ts";
import { type AnswerFunction, answerFunctions, type GradFunction, gradFunctions } from "./loss.ts";
import { maskGradient } from "./mask-gradient.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";

const task = randomTask({ seed: 4, promptCount: 7 });
const { graph } = task.model;
// Three prompts of 6 tokens at once, so that 7 are cut into 3, 2 and 2.
const sliced = task.model.withGraph({ sliceBytes: 3 * graph.sources.length * 6 * 16 * 4 });
const [whole] = task.prompts.batches;

/** The same prompts with answers of unequal number, numbers for every output, or of other lengths. */
function promptsWith(kind: "unequal" | "numbers" | "padded"): PromptLoader {
  const pairs = whole!.prompts.map((pair, i) => {
    if (kind === "numbers") return { ...pair, answers: Array.from({ length: 13 }, (_, k) => Math.sin(i * 13 + k)) };
    if (kind === "padded") return { ...pair, clean: pair.clean.slice(i % 3), corrupt: pair.corrupt.slice(i % 3) };
    return { ...pair, answers: [i, i + 1, i + 2].slice(0, 1 + (i % 3)) };
  });
  return new PromptLoader(pairs, { batchSize: 7, padId: 0 });
}

function expectClose(found: Float32Array, expected: Float32Array, tolerance = 1e-6): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(expected.some((value) => value !== 0)).toBe(true);
  found.forEach((value, edge) => {
    expect(Math.abs(value - expected[edge]!)).toBeLessThan(tolerance * scale);
  });
}

describe("a batch that is run in slices gives the same scores", () => {
  const functions = gradFunctions.flatMap((grad) => answerFunctions.map((answer) => [grad, answer] as const));

  it.each<readonly [GradFunction, AnswerFunction]>(functions)("mask gradient, %s %s", async (...fns) => {
    const [gradFunction, answerFunction] = fns;
    const prompts = promptsWith(answerFunction === "mean-squared-error" ? "numbers" : "unequal");
    const steps: string[] = [];
    const options = { gradFunction, answerFunction, steps: 2 };
    const expected = await maskGradient(task.model, prompts, options);
    const found = await maskGradient(sliced, prompts, {
      ...options,
      onProgress: ({ done, total }) => steps.push(`${done}/${total}`),
    });
    // Prompts times masks, slice by slice.
    expect(steps).toEqual([3, 6, 9, 11, 13, 15, 17, 19, 21].map((done) => `${done}/21`));
    expectClose(found.values, expected.values);
  });

  it.each<AblationType>(ablationTypes)("mask gradient, ablation %s, padded prompts", async (ablation) => {
    const prompts = promptsWith("padded");
    const expected = await maskGradient(task.model, prompts, { ablation, maskValue: 0.5 });
    expectClose((await maskGradient(sliced, prompts, { ablation, maskValue: 0.5 })).values, expected.values);
  });

  it("activation magnitude", async () => {
    const expected = await activationMagnitude(task.model, task.prompts);
    expectClose((await activationMagnitude(sliced, task.prompts)).values, expected.values);
  });

  it.each(patchTypes)("subnetwork probing, %s patching", async (patch) => {
    // In a few steps rounding has no time to grow in Adam's divisions. Every prompt has masks of its own.
    const options = { patch, epochs: 3, ablation: "resample", maskFunction: "hard-concrete", dropout: 0.1 } as const;
    const expected = await subnetworkProbing(task.model, task.prompts, options);
    expectClose((await subnetworkProbing(sliced, task.prompts, options)).values, expected.values, 1e-3);
  });

  it("and leaves nothing behind", async () => {
    const { memory } = await import("@autocircuit/native");
    await maskGradient(sliced, task.prompts);
    const before = await memory();
    await maskGradient(sliced, task.prompts);
    await activationMagnitude(sliced, task.prompts);
    expect((await memory()).tensors).toBe(before.tensors);
  });
});
