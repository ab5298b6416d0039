import { describe, expect, it } from "vitest";
import { areaSummary } from "./area-summary.ts";
import { areaUnderCurve } from "./area-under-curve.ts";

const points = (...pairs: [number, number][]) => pairs.map(([size, value]) => ({ size, value }));

describe("sound", () => {
  it("is the mean height between the empty circuit and the whole graph, over the logarithm of the size", () => {
    // From 1/2 to 5, half of the decades to 50: heights 0, 1, 1, so 1/2 on the first half and 1 on the second.
    const good = points([0, 10], [5, 30], [50, 30]);
    const late = points([50, 30], [0, 10], [5, 10]);
    const summary = areaSummary({ t: { good, late } }, { metric: "logit-diff" });
    expect(summary.map(({ algorithm }) => algorithm)).toEqual(["good", "late"]);
    expect(summary[0]!.total).toBeCloseTo(0.75, 12);
    expect(summary[1]!.total).toBeCloseTo(0.25, 12);
  });

  it("puts values and baseline on the same logarithmic axis, and falling is better where it is", () => {
    // KL from 1 to 0.001, which is drawn at 0.01: two decades down; 0.1 is half-way.
    const curve = points([0, 1], [5, 0.1], [50, 0.001]);
    const [summary] = areaSummary({ t: { curve } }, { metric: "kl-clean" });
    expect(summary!.total).toBeCloseTo((0.25 + 0.75) / 2, 12);
  });

  it("is the mean over tasks, of which each is a part", () => {
    const [a] = areaSummary(
      { one: { a: points([0, 0], [5, 1], [50, 1]) }, two: { a: points([0, 0], [5, 0], [50, 1]) } },
      { metric: "logit-diff" },
    );
    expect(a!.parts).toEqual([
      { task: "one", value: expect.closeTo(0.375, 12) },
      { task: "two", value: expect.closeTo(0.125, 12) },
    ]);
    expect(a!.total).toBeCloseTo(0.5, 12);
  });

  it("leaves single points out, and refuses what it cannot tell", () => {
    const once = points([7, 1]);
    expect(areaSummary({ t: { once } }, { metric: "logit-diff" })).toEqual([]);
    const metric = "logit-diff";
    expect(() => areaSummary({ t: { a: points([1, 1], [2, 3]) } }, { metric })).toThrow(/"a" on "t" has no value for/);
    expect(() => areaSummary({ t: { a: points([0, 1], [2, 1]) } }, { metric })).toThrow(/ends where it begins/);
    expect(() => areaSummary({}, {} as never)).toThrow(/`metric`/);
  });
});

it("says which tasks a total lacks, and takes numbers only", () => {
  const curve = [
    { size: 0, value: 1 },
    { size: 8, value: 0.1 },
  ];
  const rows = areaSummary({ one: { A: curve, B: curve }, two: { A: curve } }, { metric: "kl-clean" });
  expect(rows.map(({ algorithm, missing }) => [algorithm, missing])).toEqual([
    ["A", []],
    ["B", ["two"]],
  ]);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const broken = [curve[0]!, { size: 8, value }];
    expect(() => areaSummary({ one: { A: broken } }, { metric: "kl-clean" })).toThrow(/all finite/);
    expect(() => areaUnderCurve(broken)).toThrow(/both finite numbers/);
  }
});

describe("reference", () => {
  const options = { metric: "logit-diff", definition: "reference" } as const;

  it("is the share of random scores' area, mean over tasks", () => {
    const one = { a: points([0, 0], [1, 1], [10, 3]), Random: points([0, 0], [1, 0], [10, 2]) };
    const two = { a: points([0, 0], [1, 1], [10, 1]), Random: points([0, 0], [1, 2], [10, 2]) };
    const summary = areaSummary({ one, two }, options);
    expect(summary[0]).toMatchObject({ algorithm: "a", total: (2 / 1 + 1 / 2) / 2 });
    expect(summary[1]).toMatchObject({ algorithm: "Random", total: 1 });
  });

  it("is 2 less that where lower is better, and cannot tell falling curves apart", () => {
    const a = points([0, 5], [1, 1], [10, 0.1]);
    const Random = points([0, 5], [1, 4], [10, 3]);
    expect(areaUnderCurve(a, { logX: true, logY: true, yMin: 0.01 })).toBe(0.001);
    const summary = areaSummary({ t: { a, Random } }, { metric: "kl-clean", definition: "reference" });
    expect(summary.map(({ total }) => total)).toEqual([1, 1]);
    const sound = areaSummary({ t: { a, Random } }, { metric: "kl-clean" });
    expect(sound[0]!.total).toBeGreaterThan(0);
  });

  it("wants random scores, by their name", () => {
    const a = points([0, 0], [1, 1]);
    expect(() => areaSummary({ t: { a } }, options)).toThrow(/no curve of "Random"/);
    expect(areaSummary({ t: { a, r: points([0, 0], [1, 1], [2, 1]) } }, { ...options, random: "r" })).toHaveLength(2);
  });
});
