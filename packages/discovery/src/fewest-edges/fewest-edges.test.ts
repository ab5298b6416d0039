import { Circuit, PruneScores, runCircuits } from "@autocircuit/core";
import { correctOfPairPercent, correctPercent } from "@autocircuit/metrics";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import { random } from "../random.ts";
import { fewestEdges } from "./fewest-edges.ts";

/** Share of right answers of a circuit, by the metric. All answers here are the full model's, so it is the share that is kept. */
async function keptShare(task: ReturnType<typeof randomTask>, edges: Iterable<number>): Promise<number> {
  const circuit = Circuit.of(task.model.graph, edges);
  const scores = new PruneScores(task.model.graph, circuit.mask());
  using runs = await runCircuits(task.model, task.prompts, { scores, sizes: [circuit.size] });
  const [measured] = await correctPercent(task.model, task.prompts, runs);
  return measured!.value / 100;
}

describe("fewestEdges", () => {
  it("keeps enough, and no single edge can be dropped", async () => {
    const problem = fc.record({
      seed: fc.integer({ min: 1, max: 1000 }),
      keep: fc.constantFrom(0.5, 0.8, 1),
      tries: fc.constantFrom(0, 3),
      attnOnly: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(problem, async ({ seed, keep, tries, attnOnly }) => {
        const task = await withModelAnswers(randomTask({ seed, attnOnly, layers: 1, promptCount: 12, batchSize: 4 }));
        using model = task.model;
        const scores = await random(model, null, { seed });
        const found = await fewestEdges(model, task.prompts, scores, { keep, tries, seed });
        expect(found.answers).toBe(12);
        expect(found.keptCount).toBeGreaterThanOrEqual(keep * 12 - 1e-9);
        expect(await keptShare(task, found.circuit.indices)).toBeCloseTo(found.keptCount / 12, 9);
        expect(found.scores.circuit(found.circuit.size).indices).toEqual(found.circuit.indices);
        for (const edge of found.circuit.indices) {
          const without = [...found.circuit.indices].filter((other) => other !== edge);
          const share = await keptShare(task, without);
          expect(share).toBeLessThan(keep);
          expect(found.scores.values[edge]).toBeCloseTo(found.keptCount / 12 - share, 6);
        }
      }),
      { numRuns: 12 },
    );
  });

  it("finds the smallest of all circuits where that can be checked", async () => {
    const task = await withModelAnswers(randomTask({ layers: 1, heads: 1, attnOnly: true, promptCount: 8, seed: 4 }));
    using model = task.model;
    const { edgeCount } = model.graph;
    const shares: { size: number; share: number }[] = [];
    for (let set = 0; set < 2 ** edgeCount; set++) {
      const edges = [...new Array(edgeCount).keys()].filter((edge) => (set >> edge) & 1);
      shares.push({ size: edges.length, share: await keptShare(task, edges) });
    }
    for (const keep of [0.6, 1]) {
      const smallest = Math.min(...shares.filter(({ share }) => share >= keep - 1e-9).map(({ size }) => size));
      const found = await fewestEdges(model, task.prompts, await edgeAttribution(model, task.prompts), {
        keep,
        tries: 5,
      });
      expect(found.circuit.size).toBe(smallest);
    }
  });

  it("does not depend on how many circuits run at once", async () => {
    const task = await withModelAnswers(randomTask({ promptCount: 10, batchSize: 5, seed: 9 }));
    using model = task.model;
    const scores = await edgeAttribution(model, task.prompts);
    const circuits = [];
    for (const largestBatch of [1, 3, 16]) {
      const found = await fewestEdges(model, task.prompts, scores, { keep: 0.8, tries: 1, largestBatch });
      circuits.push([...found.circuit.indices]);
    }
    expect(circuits[1]).toEqual(circuits[0]);
    expect(circuits[2]).toEqual(circuits[0]);
  });

  it("takes the best of several rankings, and says how far each led", async () => {
    const task = await withModelAnswers(randomTask({ promptCount: 10, seed: 3 }));
    using model = task.model;
    const rankings = [await random(model, null), await edgeAttribution(model, task.prompts)];
    const { starts, best, circuit } = await fewestEdges(model, task.prompts, rankings, { keep: 0.8 });
    expect(starts).toHaveLength(2);
    expect(circuit.size).toBe(Math.min(...starts.map(({ size }) => size)));
    expect(starts[best]!.size).toBe(circuit.size);
    for (const { curve, prefix } of starts) {
      expect(curve[0]!.size).toBe(0);
      expect(curve.at(-1)).toEqual({ size: model.graph.edgeCount, kept: 10 });
      expect(prefix).toBeLessThanOrEqual(model.graph.edgeCount);
    }
  });

  it.each(["zero", "tokenwise-mean-clean", "batch-all-tok-mean"] as const)(
    "keeps enough under %s",
    async (ablation) => {
      const task = await withModelAnswers(randomTask({ promptCount: 8, seed: 6 }));
      using model = task.model;
      const found = await fewestEdges(model, task.prompts, await random(model, null), { keep: 0.75, ablation });
      expect(found.keptCount).toBeGreaterThanOrEqual(6);
      expect(found.circuit.size).toBeLessThan(model.graph.edgeCount);
    },
  );

  it("an empty circuit whose outputs are all equal keeps nothing", async () => {
    const task = await withModelAnswers(randomTask({ promptCount: 8, seed: 6, outputBias: false }));
    using model = task.model;
    const scores = await random(model, null);
    const found = await fewestEdges(model, task.prompts, scores, { keep: 0.5, ablation: "zero" });
    expect(found.starts[0]!.curve[0]).toEqual({ size: 0, kept: 0 });
    expect(found.circuit.size).toBeGreaterThan(0);
    using runs = await runCircuits(model, task.prompts, { scores, sizes: [0], ablation: "zero" });
    for (const metric of [correctPercent, correctOfPairPercent])
      expect(await metric(model, task.prompts, runs)).toMatchObject([{ size: 0, value: 0 }]);
  });

  it("counts each position of the output slice, reports progress, and stops when asked", async () => {
    const task = await withModelAnswers(randomTask({ promptCount: 4, seed: 2, outputSlice: "not_first_seq" }));
    using model = task.model;
    const scores = await random(model, null);
    const seen: { phase: string; share: number }[] = [];
    const found = await fewestEdges(model, task.prompts, scores, {
      keep: 0.9,
      tries: 2,
      onProgress: ({ phase, done, total }) => seen.push({ phase, share: done / total }),
    });
    expect(found.outputs).toBe(20);
    expect(found.answers).toBe(20);
    expect(seen.at(-1)).toEqual({ phase: "scores", share: 1 });
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual([
      "the model's answers",
      "sizes",
      "nodes",
      "single edges",
      "scores",
    ]);
    expect(Math.max(...seen.map(({ share }) => share))).toBe(1);
    const abort = new AbortController();
    const stopped = fewestEdges(model, task.prompts, scores, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  });

  it("says what cannot be", async () => {
    const task = await withModelAnswers(randomTask({ promptCount: 4 }));
    using model = task.model;
    const scores = await random(model, null);
    const run = (options: object, of = scores) => fewestEdges(model, task.prompts, of, options);
    for (const keep of [0, -1, 1.5, Number.NaN])
      await expect(run({ keep })).rejects.toThrow(/`keep` must be a number above 0, at most 1/);
    await expect(run({ tries: 0.5 })).rejects.toThrow(/`tries`/);
    await expect(run({ largestBatch: 0 })).rejects.toThrow(/`largestBatch`/);
    await expect(fewestEdges(model, task.prompts, [])).rejects.toThrow(/no scores to start from/);
    using other = randomTask({ layers: 1 }).model;
    await expect(run({}, await random(other, null))).rejects.toThrow(/another graph/);
    const wrong = await withModelAnswers(randomTask({ promptCount: 4 }), (answer) => (answer + 1) % 13);
    using wrongModel = wrong.model;
    await expect(fewestEdges(wrongModel, wrong.prompts, scores)).rejects.toThrow(/none of 4 outputs right/);
  });
});
