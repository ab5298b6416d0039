import { defaultCircuitSizes, PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import { memory, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { smallModel } from "../../test/small-model.ts";
import { FullModel } from "../full-model.ts";
import { klDivergence } from "../kl-divergence.ts";
import { maxAbsDiff } from "../max-abs-diff.ts";
import { CircuitMeter } from "./circuit-meter.ts";
import { measureCurve } from "./measure-curve.ts";

/** 20 pairs of three tokens in batches of 10: more than are measured together. */
const prompts = new PromptLoader(
  Array.from({ length: 20 }, (_, i) => ({
    clean: [i % 4, (i >> 2) % 4, (i * 3) % 4],
    corrupt: [(i + 1) % 4, (i >> 1) % 4, (i * 7 + 2) % 4],
    answers: [1],
    wrongAnswers: [2],
  })),
  { batchSize: 10 },
);
const scoresOf = ({ graph }: ReturnType<typeof smallModel>) =>
  new PruneScores(
    graph,
    Float32Array.from({ length: graph.edgeCount }, (_, i) => ((i * 5) % 7) + 1),
  );

describe("CircuitMeter", () => {
  it("gives the full model's outputs that it compares with, of the slices that the first prompts are in", async () => {
    using model = smallModel();
    using meter = new CircuitMeter(model, prompts, { together: 4 });
    const parts = await meter.fullOutputs(9);
    expect(parts.map(({ shape }) => shape[0])).toEqual([4, 3, 3]);
    using full = new FullModel(model, prompts);
    const [first] = await full.logits("clean");
    using whole = Tensor.cat(parts);
    expect(await whole.toArray()).toEqual(await first!.toArray());
    expect((await meter.fullOutputs(1))[0]).toBe(parts[0]);
  });

  it.each(["resample", "zero", "tokenwise-mean-corrupt", "batch-all-tok-mean"] as const)(
    "measures in slices what the metrics measure of whole batches: %s",
    async (ablation) => {
      using model = smallModel();
      const scores = scoresOf(model);
      using meter = new CircuitMeter(model, prompts);
      for (const size of [0, 2, 3]) {
        const circuit = scores.circuit(size);
        using runs = await runCircuits(model, prompts, { scores, sizes: [circuit.size], ablation });
        const measured = await meter.measure(circuit, ablation);
        expect(measured.divergence).toBeCloseTo((await klDivergence(model, prompts, runs))[0]!.value, 6);
        expect(measured.kl).toBe(measured.divergence);
        expect(measured.maxAbsDiff).toBeCloseTo((await maxAbsDiff(model, prompts, runs))[0]!.value, 5);
        expect(measured.promptCount).toBe(20);
      }
    },
  );

  it("meets a budget with fewer prompts, at least one slice, and frees what it held", async () => {
    using model = smallModel();
    const circuit = scoresOf(model).circuit(2);
    prompts[Symbol.dispose]();
    const before = (await memory()).tensors;
    {
      using meter = new CircuitMeter(model, prompts, { together: 5 });
      expect(meter.slices.map(({ slice }) => slice.size)).toEqual([5, 5, 5, 5]);
      expect((await meter.measure(circuit, "resample", { seconds: 1e-9 })).promptCount).toBe(5);
      expect((await meter.measure(circuit, "resample", { seconds: 60 })).promptCount).toBe(20);
    }
    prompts[Symbol.dispose]();
    // Fewer where what earlier tests left was collected in between.
    expect((await memory()).tensors).toBeLessThanOrEqual(before);
  });

  it("tells the prompts that were measured", async () => {
    using model = smallModel();
    using meter = new CircuitMeter(model, prompts, { together: 8 });
    const told: object[] = [];
    await meter.measure(scoresOf(model).circuit(1), "zero", { onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([5, 10, 15, 20].map((done) => ({ done, total: 20 })));
  });

  it("stops when asked", async () => {
    using model = smallModel();
    using meter = new CircuitMeter(model, prompts, { signal: AbortSignal.abort() });
    await expect(meter.measure(scoresOf(model).circuit(1), "zero")).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("measureCurve", () => {
  it("measures every size on all prompts where time is not limited, as the metric does", async () => {
    using model = smallModel();
    const scores = scoresOf(model);
    using meter = new CircuitMeter(model, prompts, { together: 4 });
    const sizes = defaultCircuitSizes(model.graph, scores);
    const done: number[] = [];
    const curve = await measureCurve(meter, {
      ...{ scores, sizes },
      onProgress: (progress) => done.push(progress.done / progress.total),
    });
    using runs = await runCircuits(model, prompts, { scores, sizes });
    const expected = await klDivergence(model, prompts, runs);
    expect(curve.points.map(({ size }) => size)).toEqual(expected.map(({ size }) => size));
    for (const [i, { divergence }] of curve.points.entries()) expect(divergence).toBeCloseTo(expected[i]!.value, 6);
    expect(curve).toMatchObject({ promptCount: 20, ofPrompts: 20, ofSizes: expected.length });
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
  });

  it("measures at least the smallest size, and all points on the same prompts, where there is hardly time", async () => {
    using model = smallModel();
    const scores = scoresOf(model);
    using meter = new CircuitMeter(model, prompts, { together: 4 });
    const { points, promptCount: used } = await measureCurve(meter, { scores, sizes: [0, 1, 3, 5], seconds: 1e-9 });
    expect(points.map(({ size }) => size)).toEqual([0]);
    expect(used).toBe(4);
    expect(points.every((point) => point.promptCount === used)).toBe(true);
  });
});
