import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ranking } from "./ranking.ts";

describe("the edges of a size", () => {
  it("are the largest by magnitude, with all that tie with the last", () => {
    const score = fc.constantFrom(0, 0.5, -0.5, 1, -2, 3, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 30 }), fc.nat(31), (list, size) => {
        const ranking = new Ranking(Float32Array.from(list));
        const magnitude = (value: number) => (value === Number.NEGATIVE_INFINITY ? value : Math.abs(value));
        const sorted = list.map(magnitude).sort((a, b) => b - a);
        const ranked = sorted.filter((value) => value > Number.NEGATIVE_INFINITY);
        const least = ranked[Math.min(size, ranked.length) - 1] ?? Number.POSITIVE_INFINITY;
        const expected = list.flatMap((value, edge) => (magnitude(value) >= least ? [edge] : []));
        expect(Array.from(ranking.first(size)).sort((a, b) => a - b)).toEqual(expected);
        expect(ranking.sizeAt(least)).toBe(expected.length);
      }),
      { seed: 1 },
    );
  });

  it("are by signed scores exactly as many, the first of equal ones", () => {
    const ranking = new Ranking(Float32Array.of(-3, 2, Number.NEGATIVE_INFINITY, 2, 1), "signed");
    expect([1, 2, 4, 9].map((size) => [...ranking.first(size)])).toEqual([[1], [1, 3], [1, 3, 4, 0], [1, 3, 4, 0]]);
    expect([ranking.thresholdAt(4), ranking.sizeAt(-3), ranking.sizeAt(2)]).toEqual([-3, 4, 2]);
  });

  it("come most important first, of equals the lower number", () => {
    expect(Array.from(new Ranking(Float32Array.of(1, -3, 2, 3, -1)).order)).toEqual([1, 3, 2, 0, 4]);
  });
});
