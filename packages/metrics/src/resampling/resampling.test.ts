import { describe, expect, test } from "vitest";
import { bootstrap } from "./bootstrap.ts";
import { bootstrapCircuits } from "./bootstrap-circuits.ts";
import { scoreIntervals } from "./intervals.ts";
import { jaccardText, stability } from "./stability.ts";
import { sureEdges } from "./sure-edges.ts";

const prompts = Array.from({ length: 20 }, (_, p) => [5 + Math.sin(p), Math.sin(p * 7), -4 + Math.cos(p), 0.1 * p - 1]);
const mean = (edge: number) => prompts.reduce((sum, row) => sum + row[edge]!, 0) / prompts.length;

describe("bootstrap", () => {
  test("its mean comes to the mean, its spread to the standard error", () => {
    const drawn = bootstrap(prompts, { resamples: 4000, seed: 3 });
    for (const edge of [0, 1, 2, 3]) {
      const variance = prompts.reduce((sum, row) => sum + (row[edge]! - mean(edge)) ** 2, 0) / prompts.length;
      const error = Math.sqrt(variance / prompts.length);
      expect(Math.abs(drawn.mean[edge]! - mean(edge))).toBeLessThan(0.1 * error);
      expect(drawn.sd[edge]!).toBeCloseTo(error, 1);
    }
  });

  test("the seed decides the draws", () => {
    const of = (seed: number) => Array.from(bootstrap(prompts, { resamples: 100, seed }).mean);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test("is in the unit of an algorithm's scores, sums over batches, where it is given these", async () => {
    const batchCount = 5;
    const scores = Float32Array.from([0, 1, 2, 3], (edge) => batchCount * mean(edge));
    const [plain, drawn] = [bootstrap(prompts, { seed: 4 }), bootstrap(prompts, { seed: 4, scores })];
    const limits = scoreIntervals(drawn);
    const how = { edges: [0, 1, 2, 3], size: 2, sizes: [1, 2, 3], seed: 4 };
    const before = await bootstrapCircuits(prompts, how);
    const after = await bootstrapCircuits(prompts, { ...how, scores });
    for (const edge of [0, 1, 2, 3]) {
      expect(drawn.mean[edge]).toBeCloseTo(batchCount * plain.mean[edge]!, 4);
      expect(drawn.sd[edge]).toBeCloseTo(batchCount * plain.sd[edge]!, 4);
      expect(limits.low[edge]!).toBeLessThan(scores[edge]!);
      expect(limits.high[edge]!).toBeGreaterThan(scores[edge]!);
      expect(after.low[edge]).toBeCloseTo(limits.low[edge]!, 10);
      expect(after.high[edge]).toBeCloseTo(limits.high[edge]!, 10);
    }
    expect(after.points).toEqual(before.points);
    expect(after.frequency).toEqual(before.frequency);
  });

  test("scores of other edges, or that are no numbers, are refused", () => {
    expect(() => bootstrap(prompts, { scores: [1, 2] })).toThrow(/of 4 scores of each prompt is given `scores` of 2/);
    expect(() => bootstrap(prompts, { scores: [1, 2, 3, Number.NaN] })).toThrow(/score of edge 3 is NaN/);
  });

  test("intervals, sure edges and stability of clear scores", () => {
    const drawn = bootstrap(prompts, { seed: 4 });
    for (const kind of ["percentile", "normal"] as const) {
      const intervals = scoreIntervals(drawn, kind);
      expect(intervals.low[0]!).toBeGreaterThan(4);
      expect(sureEdges(drawn, intervals).kept).toEqual([0, 2]);
    }
    const two = stability(drawn, 2);
    expect(two.jaccard).toBe(1);
    expect(two.stable).toBe(true);
    expect(Array.from(two.frequency)).toEqual([1, 0, 1, 0]);
    expect(stability(drawn, 3).jaccard).toBeLessThan(1);
  });

  test("no verdict of the whole graph, nor where edges of score 0 fill the circuit", async () => {
    // Edges 1 and 4 score 0 on every prompt, edge 2 is negative.
    const rows = prompts.map(([first, , third, fourth]) => [first!, 0, third!, fourth!, 0]);
    const drawn = bootstrap(rows, { seed: 4, resamples: 150 });
    const { points, scored } = await bootstrapCircuits(rows, {
      ...{ seed: 4, resamples: 150, edges: [0], size: 2 },
      sizes: [1, 2, 3, 4, 5],
    });
    expect(scored).toBe(3);
    expect(points.map(({ stable }) => stable)).toEqual([true, true, true, null, null]);
    for (const { size, jaccard, stable } of points)
      expect(stability(drawn, size)).toMatchObject({ jaccard: expect.closeTo(jaccard, 12), stable });
    const positive = bootstrap(
      rows.map((row) => row.map(Math.abs)),
      { seed: 4 },
    );
    expect(stability(positive, 3, "signed").stable).toBe(true);
    expect(stability(positive, 4, "signed").stable).toBe(null);
    const nothing = bootstrap(rows.map(() => [0, 0, 0]));
    expect(stability(nothing, 1).stable).toBe(null);
  });

  test("no verdict of prompts whose scores are all the same, but for rounding", async () => {
    const rows = Array.from({ length: 6 }, (_, i) => [3, 2 + 1e-7 * i, 1, 0.5]);
    const drawn = bootstrap(rows, { resamples: 150 });
    expect(stability(drawn, 2)).toMatchObject({ jaccard: 1, stable: null });
    const { points, alike } = await bootstrapCircuits(rows, { resamples: 150, edges: [0], size: 2, sizes: [1, 2] });
    expect([alike, ...points.map(({ stable }) => stable)]).toEqual([true, null, null]);
    rows[3]![1] = 2.1;
    expect(stability(bootstrap(rows, { resamples: 150 }), 2).stable).toBe(true);
  });

  test("an index is printed so that it does not seem stable where it is not, nor the other way round", () => {
    expect([0.8, 0.804, 0.7949, 1, 0].map(jaccardText)).toEqual(["0.80", "0.80", "0.79", "1.00", "0.00"]);
    expect([0.797, 0.79996].map(jaccardText)).toEqual(["0.797", "0.79996"]);
    expect(() => jaccardText(1.5)).toThrow(/jaccard/);
  });

  test("circuits resample by resample are those of all resamples together", async () => {
    const drawn = bootstrap(prompts, { seed: 4, resamples: 150 });
    const found = await bootstrapCircuits(prompts, {
      seed: 4,
      resamples: 150,
      edges: [3, 0, 1],
      size: 2,
      sizes: [1, 2, 3],
    });
    const { low, high } = scoreIntervals(drawn);
    expect(Array.from(found.low)).toEqual([low[3], low[0], low[1]]);
    expect(Array.from(found.high)).toEqual([high[3], high[0], high[1]]);
    for (const [i, edge] of [3, 0, 1].entries()) expect(found.mean[i]).toBeCloseTo(drawn.mean[edge]!, 12);
    const { frequency } = stability(drawn, 2);
    for (const [i, edge] of [3, 0, 1].entries()) expect(found.frequency[i]).toBeCloseTo(frequency[edge]!, 12);
    for (const { size, jaccard, stable } of found.points) {
      expect(jaccard).toBeCloseTo(stability(drawn, size).jaccard, 12);
      expect(stable).toBe(stability(drawn, size).stable);
    }
    expect(found).toMatchObject({ promptCount: 20, resamples: 150 });
  });

  test("circuits of signed scores are those that stability has of them", async () => {
    // The largest score of all is negative, edges 4 and 5 score 0 on every prompt.
    const rows = prompts.map(([first, second, third, fourth]) => [-9 * first!, second!, third!, fourth!, 0, 0]);
    const how = { seed: 4, resamples: 150 };
    for (const of of [rows, rows.map((row) => row.slice(0, 4))]) {
      const sizes = [1, 2, 3, 4];
      const edges = [0, 1, 2, 3];
      const found = await bootstrapCircuits(of, { ...how, edges, sizes, size: 2, rank: "signed" });
      const drawn = bootstrap(of, how);
      const { frequency } = stability(drawn, 2, "signed");
      for (const edge of edges) expect(found.frequency[edge]).toBeCloseTo(frequency[edge]!, 12);
      expect(found.frequency[0]).toBe(0);
      const { frequency: absolute } = await bootstrapCircuits(of, { ...how, edges, sizes, size: 2 });
      expect(absolute[0]).toBe(1);
      for (const { size, jaccard, stable } of found.points)
        expect(stability(drawn, size, "signed")).toMatchObject({ jaccard: expect.closeTo(jaccard, 12), stable });
      expect(found.scored).toBe(of[0]!.length === 4 ? 4 : edges.filter((edge) => found.high[edge]! > 0).length);
    }
  });

  test("wrong circuits, and a signal", async () => {
    const of = (options: object) => bootstrapCircuits(prompts, { edges: [0], size: 1, sizes: [1], ...options });
    await expect(of({ sizes: [5] })).rejects.toThrow(/5 is more than the 4 edges/);
    await expect(of({ edges: [4] })).rejects.toThrow(/4 is more than the 4 edges/);
    await expect(of({ resamples: 10 })).rejects.toThrow(/at least 100/);
    await expect(of({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    const one = bootstrapCircuits(prompts.slice(0, 1), { edges: [0], size: 1, sizes: [1] });
    await expect(one).rejects.toThrow(/over 1 prompt has nothing to draw from/);
  });

  test("broken rows", async () => {
    const size = { edges: [0], size: 1, sizes: [1] };
    const cases: [unknown, RegExp][] = [
      [
        [
          [Number.NaN, 2],
          [2, 3],
        ],
        /score of edge 0 on prompt 0 is NaN/,
      ],
      [
        [
          [1, 2],
          ["a", 2],
        ],
        /score of edge 0 on prompt 1 is a/,
      ],
      [[1, 2, 3], /a list of numbers/],
      [[[], []], /at least one edge/],
      [[null, null], /a list of numbers/],
      [new Set([[1], [2]]), /a list/],
    ];
    for (const [rows, fault] of cases) {
      expect(() => bootstrap(rows as never)).toThrow(fault);
      await expect(bootstrapCircuits(rows as never, size)).rejects.toThrow(fault);
    }
    const drawn = bootstrap(prompts);
    expect(() => sureEdges(drawn, { low: new Float64Array(1), high: new Float64Array(1) })).toThrow(
      /intervals of 1 edges/,
    );
  });

  test("wrong input", () => {
    expect(() => bootstrap([[1, 2]])).toThrow(/over 1 prompt has nothing to draw from/);
    expect(() => bootstrap(prompts, { resamples: 50 })).toThrow(/at least 100/);
    expect(() => bootstrap([[1], [1, 2]])).toThrow(/prompt 1 has 2 scores/);
    expect(() => bootstrap(prompts, { draws: [[0], [20]] })).toThrow(/resample 1/);
    expect(() => stability(bootstrap(prompts), 5)).toThrow(/there are only 4/);
  });
});
