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
    expect(equivalenceTest(full, half)).toEqual({ statistic: 0.5, pValue: 1 });
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
});
