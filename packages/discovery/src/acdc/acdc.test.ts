import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { acdc } from "./acdc.ts";

const taus = [0.003, 0.01, 0.05];

describe("acdc", () => {
  test("speculative batches give exactly what the sequential algorithm gives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer({ min: 1, max: 1000 }),
          attnOnly: fc.boolean(),
          parallel: fc.boolean(),
          graph: fc.constantFrom({}, { separateQkv: false }, { factorized: false }),
          byToken: fc.boolean(),
          target: fc.constantFrom("kl-div" as const, "mean-squared-error" as const),
          largestBatch: fc.integer({ min: 2, max: 7 }),
        }),
        async ({ target, largestBatch, graph, ...options }) => {
          // In float64, so that rounding does not decide between thresholds.
          const { model, prompts } = randomTask({ ...options, ...graph, dtype: "float64" });
          const sequential = await acdc(model, prompts, { taus, target, largestBatch: 1 });
          const speculative = await acdc(model, prompts, { taus, target, largestBatch });
          expect(speculative.values).toEqual(sequential.values);
          model.dispose();
        },
      ),
      { numRuns: 20 },
    );
  });

  test("several thresholds give the smallest that removes an edge, each from the full graph", async () => {
    const { model, prompts } = randomTask({ seed: 11 });
    const together = await acdc(model, prompts, { taus });
    const apart = await Promise.all(taus.map((tau) => acdc(model, prompts, { taus: [tau] })));
    const smallest = together.values.map((_, edge) => Math.min(...apart.map((scores) => scores.values[edge]!)));
    expect(together.values).toEqual(smallest);
    expect(new Set(together.values).size).toBeGreaterThan(2);
  });

  test("keeps nothing when the prompts are the same", async () => {
    const { model, prompts } = randomTask({ seed: 2 });
    const scores = await acdc(model, prompts, { taus: [1e-3], ablation: "zero" });
    expect(scores.values).toContain(Number.POSITIVE_INFINITY);
    for (const pair of prompts.prompts) (pair as { corrupt: readonly number[] }).corrupt = pair.clean;
    prompts[Symbol.dispose]();
    const same = await acdc(model, prompts, { taus: [1e-3] });
    expect(same.values.every((value) => value === Math.fround(1e-3))).toBe(true);
  });

  test("visits edges in the given order", async () => {
    const { model, prompts } = randomTask({ seed: 4 });
    const backwards = Array.from({ length: model.graph.edgeCount }, (_, edge) => model.graph.edgeCount - 1 - edge);
    const standard = await acdc(model, prompts, { taus });
    expect((await acdc(model, prompts, { taus, order: backwards })).values).toEqual(standard.values);
    const forwards = await acdc(model, prompts, { taus, order: model.graph.edges() });
    expect(forwards.values).not.toEqual(standard.values);
  });

  test("reports progress up to the end", async () => {
    const { model, prompts } = randomTask({ seed: 6 });
    const seen: number[] = [];
    let last = 0;
    await acdc(model, prompts, {
      taus,
      onProgress: ({ done, total }) => {
        seen.push(done);
        last = total;
      },
    });
    expect(last).toBe(3 * model.graph.edgeCount);
    expect(seen.at(-1)).toBe(last);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test("an abort leaves the model usable", async () => {
    const { model, prompts } = randomTask({ seed: 8 });
    const stop = new AbortController();
    const stopped = acdc(model, prompts, {
      taus,
      signal: stop.signal,
      onProgress: ({ done }) => done > 20 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    const scores = await acdc(model, prompts, { taus: [0.01] });
    expect(scores.info).toMatchObject({
      algorithm: "acdc",
      options: { taus: [0.01], target: "kl-div", order: "default" },
    });
  });

  test.each([
    [{ taus: [] }, /above 0/],
    [{ taus: [0] }, /above 0/],
    [{ target: "kl" }, /`target` must be one of kl-div, mean-squared-error, .*"kl"/],
    [{ largestBatch: 0 }, /at least 1/],
    [{ order: [0, 0] }, /twice/],
    [{ order: [0] }, /is missing/],
  ])("%o is an error", async (options, message) => {
    const { model, prompts } = randomTask();
    await expect(acdc(model, prompts, options as never)).rejects.toThrow(message);
  });
});
