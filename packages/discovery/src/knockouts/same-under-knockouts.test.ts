import { PatchableModel, PruneScores, runCircuits } from "@autocircuit/core";
import { klDivergence, sameUnderKnockouts } from "@autocircuit/metrics";
import { describe, expect, it, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { random } from "../random.ts";

describe("sameUnderKnockouts", () => {
  test.each([{}, { factorized: false }, { separateQkv: false }, { byToken: true }])(
    "%o: the divergence is that of the circuit, with and without knockouts",
    async (graph) => {
      const { model, prompts } = randomTask({ seed: 3, promptCount: 4, batchSize: 2, ...graph });
      const scores = await random(model, null, { seed: 1 });
      const knockouts = await random(model, null, { seed: 2 });
      const size = Math.min(12, model.graph.edgeCount - 3);
      const threshold = 0.4;
      const found = await sameUnderKnockouts(model, prompts, { scores, size, knockouts, threshold });
      using runs = await runCircuits(model, prompts, { scores, sizes: [size] });
      const [measured] = await klDivergence(model, prompts, runs);
      expect(found.size).toBe(size);
      expect(found.kl).toBeCloseTo(measured!.value, 5);

      // The same by hand: the full model with knockouts as the reference, the smaller circuit as the other.
      const circuit = scores.circuit(size);
      const out = [...circuit.indices].filter((edge) => knockouts.values[edge]! >= threshold);
      expect(found.knockouts).toBe(out.length);
      expect(out.length).toBeGreaterThan(0);
      const kept = new PruneScores(model.graph, circuit.mask());
      for (const edge of out) kept.values[edge] = 0;
      using smaller = await runCircuits(model, prompts, { scores: kept, sizes: [size - out.length] });
      const knocked = new PruneScores(model.graph, new Float32Array(model.graph.edgeCount).fill(1));
      for (const edge of out) knocked.values[edge] = 0;
      using whole = await runCircuits(model, prompts, { scores: knocked, sizes: [model.graph.edgeCount - out.length] });
      const full = { logits: async () => whole[0]!.logits };
      const [knockedOut] = await klDivergence(model, prompts, smaller, { full });
      expect(found.knockoutKl).toBeCloseTo(knockedOut!.value, 5);
    },
  );

  test("slices of a batch give the same, and so do other ablations", async () => {
    const { model, prompts } = randomTask({ seed: 3, promptCount: 4 });
    const scores = await random(model, null, { seed: 1 });
    const sliced = new PatchableModel({ transformer: model.transformer, seqLen: model.seqLen, sliceBytes: 1 });
    for (const ablation of ["resample", "zero", "tokenwise-mean-corrupt", "batch-tokenwise-mean"] as const) {
      const steps: number[] = [];
      const options = { scores, size: 30, knockouts: scores, threshold: 0.9, ablation };
      const whole = await sameUnderKnockouts(model, prompts, options);
      const onProgress = ({ done, total }: { done: number; total: number }) => steps.push(done / total);
      const parts = await sameUnderKnockouts(sliced, prompts, { ...options, onProgress });
      expect(parts.kl).toBeCloseTo(whole.kl, 5);
      expect(parts.knockoutKl).toBeCloseTo(whole.knockoutKl, 5);
      expect(steps.at(-1)).toBe(1);
      expect(steps).toHaveLength(8);
    }
  });

  test("equal where nothing is knocked out; scores of 0 knock out everything at the usual threshold", async () => {
    const { model, prompts } = randomTask({ seed: 3 });
    const scores = await random(model, null, { seed: 1 });
    const knockouts = new PruneScores(model.graph);
    const none = await sameUnderKnockouts(model, prompts, { scores, size: 20, knockouts, threshold: 0.1 });
    expect([none.knockouts, none.knockoutKl]).toEqual([0, none.kl]);
    expect((await sameUnderKnockouts(model, prompts, { scores, size: 20, knockouts })).knockouts).toBe(20);
  });

  it.each([
    [{ size: 1e6 }, /Circuit size 1000000/],
    [{ size: -1 }, /`size` must be a whole number of at least 0/],
    [{ threshold: Number.NaN }, /`threshold`/],
    [{ knockouts: undefined }, /`knockouts`.*left out/],
  ])("%o is an error", async (options, message) => {
    const { model, prompts } = randomTask({ seed: 3 });
    const scores = new PruneScores(model.graph);
    const all = { scores, knockouts: scores, size: 5, ...options };
    await expect(sameUnderKnockouts(model, prompts, all as never)).rejects.toThrow(message);
  });
});
