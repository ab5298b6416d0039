import { MersenneTwister } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { numberPrompts } from "../distinct-prompts.ts";
import { bootstrap } from "./bootstrap.ts";
import { bootstrapCircuits } from "./bootstrap-circuits.ts";
import { scoreIntervals } from "./intervals.ts";
import { stability } from "./stability.ts";

const rows = Array.from({ length: 6 }, (_, p) => [5 + Math.sin(p), Math.sin(p * 7), -4 + Math.cos(p), 0.1 * p - 1]);
const again = [...rows, ...rows, ...rows];
const promptNumbers = again.map((_, place) => place % 6);
const asked = { edges: [0, 1], size: 2, sizes: [1, 2, 3], resamples: 400 };

describe("prompts that are there again", () => {
  it("have the number of the first with the same tokens and answers", () => {
    const pair = { clean: [1, 2], corrupt: [3, 2], answers: [4], wrongAnswers: [5] };
    const others = [
      { ...pair, corrupt: [1, 3] },
      { ...pair, answers: [6] },
      { ...pair, wrongAnswers: [4] },
    ];
    expect(numberPrompts([pair, ...others, pair, others[1]!, { ...pair }])).toEqual([0, 1, 2, 3, 0, 2, 0]);
  });

  it("are drawn as the one that they are: nothing is surer than of each once", async () => {
    const once = bootstrap(rows);
    const grouped = bootstrap(again, { promptNumbers });
    expect([once.distinct, grouped.distinct, bootstrap(again).distinct]).toEqual([6, 6, 18]);
    for (const edge of [0, 1, 2, 3]) {
      expect(grouped.sd[edge]).toBeCloseTo(once.sd[edge]!, 10);
      // Each row as a prompt of its own would be surer by the root of 3.
      expect(bootstrap(again).sd[edge]! / once.sd[edge]!).toBeCloseTo(1 / Math.sqrt(3), 1);
    }
    const circuits = await bootstrapCircuits(again, { ...asked, promptNumbers });
    const { low, points } = await bootstrapCircuits(rows, asked);
    expect(circuits).toMatchObject({ promptCount: 18, distinct: 6, narrow: true, points });
    for (const place of [0, 1]) expect(circuits.low[place]).toBeCloseTo(low[place]!, 10);
  });

  it("count as often as they are there where some are there more often", () => {
    const more = bootstrap([[1], [1], [1], [4]], { promptNumbers: [7, 7, 7, 2], resamples: 4000 });
    // Both drawn: (3 + 4) / 4.
    expect(new Set(more.resampled.map(([value]) => value))).toEqual(new Set([1, 1.75, 4]));
  });

  it("numbers of other prompts are refused", () => {
    expect(() => bootstrap(rows, { promptNumbers: [0, 1] })).toThrow(/of 6 prompts is given `promptNumbers` of 2/);
    expect(() => bootstrap(rows, { promptNumbers: Array(6).fill(3) })).toThrow(/6 prompts that are all the same/);
    expect(() => bootstrap(rows, { promptNumbers: [0, 1, 2, 3, 4, 0.5] })).toThrow(/`promptNumbers`/);
  });
});

describe("few prompts", () => {
  it("of fewer than 5 that differ nothing is called stable", async () => {
    const points = async (rows: number[][], promptNumbers?: number[]) =>
      (await bootstrapCircuits(rows, { ...asked, promptNumbers })).points.map(({ stable }) => stable);
    expect(await points(rows.slice(0, 5))).toEqual([expect.any(Boolean), true, expect.any(Boolean)]);
    expect(await points(rows.slice(0, 4))).toEqual([null, null, null]);
    const four = again.map((_, place) => place % 4);
    expect(await points(again, four)).toEqual([null, null, null]);
    expect(stability(bootstrap(rows.slice(0, 4)), 2).stable).toBe(null);
    expect(stability(bootstrap(again, { promptNumbers: four }), 2).stable).toBe(null);
  });

  it("have intervals that hold the mean less often than 95 % say, which is told below 8", async () => {
    const draw = new MersenneTwister(8);
    const uniform = () => (draw.next() + 0.5) / 2 ** 32;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const coverage = (promptCount: number) => {
      const drawn = Array.from({ length: promptCount }, () => Array.from({ length: 1000 }, normal));
      const { low, high } = scoreIntervals(bootstrap(drawn, { resamples: 1000 }));
      return drawn[0]!.filter((_, edge) => low[edge]! <= 0 && high[edge]! >= 0).length / 1000;
    };
    // Four standard errors of a share of 0.9 are 0.04.
    expect(Math.abs(coverage(5) - 0.84)).toBeLessThan(0.04);
    expect(Math.abs(coverage(8) - 0.885)).toBeLessThan(0.04);
    expect(Math.abs(coverage(20) - 0.92)).toBeLessThan(0.04);
    const narrow = async (count: number) =>
      (await bootstrapCircuits(again.slice(0, count), { ...asked, resamples: 100 })).narrow;
    expect([await narrow(7), await narrow(8)]).toEqual([true, false]);
  });
});
