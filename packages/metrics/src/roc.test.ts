import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rocOfValues } from "./roc.ts";

/** Probability that a known edge outranks another one, pair by pair. */
function pairwise(values: number[], known: number[]): number {
  let wins = 0;
  let pairs = 0;
  for (const yes of known) {
    for (let no = 0; no < values.length; no++) {
      if (known.includes(no)) continue;
      const [a, b] = [Math.abs(values[yes]!), Math.abs(values[no]!)];
      wins += a > b ? 1 : a === b ? 0.5 : 0;
      pairs++;
    }
  }
  return wins / pairs;
}

describe("rocCurve", () => {
  test("a perfect, a reversed and a constant ranking", () => {
    expect(rocOfValues([3, -2, 1, 0], [0, 1]).auroc).toBe(1);
    expect(rocOfValues([0, 1, -2, 3], [0, 1]).auroc).toBe(0);
    expect(rocOfValues([1, 1, 1, 1], [0, 1]).auroc).toBe(0.5);
  });

  test("points by hand", () => {
    const { points, auroc } = rocOfValues([4, 3, 2, 1], [0, 2]);
    expect(points.map((point) => [point.falsePositiveRate, point.truePositiveRate])).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ]);
    expect(auroc).toBe(0.75);
  });

  test("the area is the share of pairs ranked right", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 12 }),
        fc.nat(),
        (values, pick) => {
          const known = [pick % values.length, (pick + 1) % values.length];
          expect(rocOfValues(values, known).auroc).toBeCloseTo(pairwise(values, known), 10);
        },
      ),
    );
  });

  test("has no area when nothing is to be separated", () => {
    expect(rocOfValues([1, 2], [0, 1]).auroc).toBeNaN();
    expect(rocOfValues([1, 2], []).auroc).toBeNaN();
  });
});
