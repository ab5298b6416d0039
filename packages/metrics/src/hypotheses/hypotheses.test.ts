import { describe, expect, test } from "vitest";
import { partialNecessityTest, sufficiencyTest } from "./against-random.ts";
import { equivalenceTest } from "./equivalence.ts";
import { independenceTest } from "./independence.ts";
import { minimalityTest } from "./minimality.ts";

const wave = (n: number, shift: number) => Array.from({ length: n }, (_, i) => Math.sin(i * 2.3 + shift));

describe("tests of the circuit hypothesis", () => {
  test("equivalence: a circuit that wins half of the time passes, one that always loses does not", () => {
    const full = wave(40, 0);
    const half = full.map((value, i) => value + (i % 2 === 0 ? 0.1 : -0.1));
    expect(equivalenceTest(full, half)).toMatchObject({ statistic: 0.5, pValue: 1 });
    const worse = full.map((value) => value - 1);
    expect(equivalenceTest(full, worse).pValue).toBeLessThan(1e-6);
  });

  test("independence: a function of y is found out", () => {
    const x = wave(30, 0);
    expect(
      independenceTest(
        x,
        x.map((value) => value ** 2),
      ).pValue,
    ).toBeLessThan(0.05);
    expect(() => independenceTest([1], [1])).toThrow(/at least two prompts/);
    expect(() => independenceTest([1, 1, 1], [1, 1, 1])).toThrow(/no scale/);
    expect(() => independenceTest([1, 2], [2, 4], { given: [[0, 0]] })).toThrow(/permutation 0/);
  });

  test("sufficiency and necessity against random circuits", () => {
    const full = wave(12, 0);
    const random = Array.from({ length: 60 }, (_, i) => wave(12, 1 + i));
    expect(sufficiencyTest(full, full, random)).toMatchObject({ beaten: 1, distance: 0 });
    expect(sufficiencyTest(full, full, random).pValue).toBeLessThan(0.01);
    expect(partialNecessityTest(full, full, random).pValue).toBeCloseTo(1, 9);
    expect(() => sufficiencyTest(full, [1], random)).toThrow(/`circuit` has 1/);
    expect(() => sufficiencyTest(full, full, [])).toThrow(/at least one random circuit/);
  });

  test("minimality: an edge without effect does too little", () => {
    const circuit = wave(10, 0);
    const random = Array.from({ length: 50 }, (_, i) => wave(10, i));
    const found = minimalityTest({
      circuit,
      knockedOut: [circuit, circuit.map((value) => value + 5)],
      inflated: random,
      inflatedKnockedOut: random.map((row) => row.map((value) => value + 1)),
    });
    expect(found.notMinimal).toEqual([0]);
    expect(() =>
      minimalityTest({ circuit, knockedOut: [circuit], inflated: random, inflatedKnockedOut: [circuit] }),
    ).toThrow(/belong together/);
  });

  test("the smallest p-values are those of scores that speak as clearly as they can", () => {
    for (const n of [2, 5, 9]) {
      const { pValue, leastPValue } = equivalenceTest(wave(n, 0), Array(n).fill(-2));
      expect(pValue).toBeCloseTo(leastPValue, 12);
    }
    const random = (count: number) => Array.from({ length: count }, (_, i) => wave(12, 1 + i));
    for (const count of [1, 29, 60]) {
      const { pValue, leastPValue } = sufficiencyTest(wave(12, 0), wave(12, 0), random(count));
      expect(pValue).toBeCloseTo(leastPValue, 12);
    }
    const circuit = wave(10, 0);
    const inflated = random(5).map((row) => row.slice(0, 10));
    const less = inflated.map((row) => row.map((value) => value + 1));
    const idle = minimalityTest({ circuit, knockedOut: [circuit], inflated, inflatedKnockedOut: less });
    expect(idle.pValues[0]).toBeCloseTo(idle.leastPValue, 12);
  });

  test("independence of few prompts: every order once, and equal scores leave fewer of them", () => {
    const y = [0, 1, 2.5, 7];
    const { permuted, pValue, leastPValue } = independenceTest(y, y);
    expect(permuted).toHaveLength(24);
    expect(new Set(permuted.map((value) => value.toPrecision(8))).size).toBeGreaterThan(2);
    expect([pValue, leastPValue]).toEqual([1 / 24, expect.closeTo(1 / 24, 12)]);
    // Two scores can always change places.
    expect(independenceTest([1, 2], [3, 5]).pValue).toBe(1);
    // One of six prompts scores apart: six orders of them.
    const apart = independenceTest([0, 0, 0, 0, 0, 9], [1, 2, 3, 4, 5, 50]);
    expect(apart.leastPValue).toBeCloseTo(1 / 6, 12);
    expect(apart.pValue).toBeCloseTo(1 / 6, 12);
    // A sample of the orders of many shows no less than one of it and the order that there is.
    expect(independenceTest(wave(30, 0), wave(30, 1), { permutations: 50 }).leastPValue).toBe(1 / 51);
  });
});
