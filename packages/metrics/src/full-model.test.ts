import { PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import { memory } from "@autocircuit/native";
import { describe, expect, test } from "vitest";
import { smallModel } from "../test/small-model.ts";
import { argmaxAgreement } from "./argmax-agreement.ts";
import { FullModel } from "./full-model.ts";
import { klDivergence } from "./kl-divergence.ts";
import { maxAbsDiff } from "./max-abs-diff.ts";

const pair = (clean: number[], corrupt: number[]) => ({ clean, corrupt, answers: [1], wrongAnswers: [2] });
const prompts = new PromptLoader([pair([0, 1, 2], [3, 1, 0]), pair([2, 2, 1], [0, 3, 3])], { batchSize: 1 });

describe("FullModel", () => {
  test("metrics run the full model themselves, or take its outputs", async () => {
    using model = smallModel();
    const scores = new PruneScores(
      model.graph,
      Float32Array.from({ length: model.graph.edgeCount }, (_, i) => i + 1),
    );
    using runs = await runCircuits(model, prompts, { scores, sizes: [0, 2, model.graph.edgeCount] });
    using full = new FullModel(model, prompts);
    const alone = await klDivergence(model, prompts, runs);
    expect(await klDivergence(null, prompts, runs, { full })).toEqual(alone);
    expect(alone.map(({ size }) => size)).toEqual([0, 2, model.graph.edgeCount]);
    expect(alone[0]!.value).toBeGreaterThan(0.001);
    expect(alone[2]!.value).toBeLessThan(1e-6);
    const differences = await maxAbsDiff(model, prompts, runs, { full });
    expect(differences[2]!.value).toBeLessThan(1e-5);
    const agreement = await argmaxAgreement(model, prompts, runs, { full });
    expect(agreement[2]!.value).toBe(1);
    // Everything ablated by resampling is the run on the corrupt prompts.
    const fromCorrupt = await klDivergence(model, prompts, runs, { full, from: "corrupt" });
    expect(fromCorrupt[0]!.value).toBeLessThan(1e-6);
  });

  test("runs each side once and frees its outputs", async () => {
    using model = smallModel();
    const before = (await memory()).tensors;
    {
      using full = new FullModel(model, prompts);
      const first = await full.logits("clean");
      expect(await full.logits("clean")).toBe(first);
      expect(first.map(({ shape }) => shape)).toEqual([
        [1, 4],
        [1, 4],
      ]);
    }
    prompts[Symbol.dispose]();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await memory()).tensors).toBeLessThanOrEqual(before);
  });

  test("an abort rejects, and the next call runs again", async () => {
    using model = smallModel();
    using full = new FullModel(model, prompts);
    await expect(full.logits("clean", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    expect(await full.logits("clean")).toHaveLength(2);
  });
});
