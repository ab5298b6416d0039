import { MersenneTwister } from "@autocircuit/base";
import { expect, it } from "vitest";
import { equivalenceTest } from "./equivalence.ts";
import { independenceTest } from "./independence.ts";
import {
  FEW_PROMPTS,
  leastCount,
  leastOfBeaten,
  leastOfComparison,
  leastOfOrders,
  leastOfPermutations,
  leastOfSigns,
} from "./least-counts.ts";

const draw = new MersenneTwister(4);
const uniform = () => (draw.next() + 0.5) / 2 ** 32;
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

/** The share of trials in which a test refuses at the usual level. */
function power(trials: number, pValue: () => number): number {
  let refused = 0;
  for (let trial = 0; trial < trials; trial++) refused += Number(pValue() < 0.05);
  return refused / trials;
}

it("few prompts: the sign test with 20 refuses nine of ten circuits that are worse on nine of ten prompts", () => {
  const of = (promptCount: number) =>
    power(
      2000,
      () =>
        equivalenceTest(
          Array.from({ length: promptCount }, () => (uniform() < 0.9 ? 1 : -1)),
          Array(promptCount).fill(0),
        ).pValue,
    );
  expect(of(FEW_PROMPTS)).toBeGreaterThan(0.85);
  expect(of(10)).toBeLessThan(0.8);
});

it("few prompts: independence with 20 is refused four times of five where half of the variance is shared", () => {
  const of = (promptCount: number) =>
    power(400, () => {
      const y = Array.from({ length: promptCount }, normal);
      const x = y.map((score) => (score + normal()) / Math.SQRT2);
      return independenceTest(x, y, { permutations: 200 }).pValue;
    });
  expect(Math.abs(of(FEW_PROMPTS) - 0.8)).toBeLessThan(0.08);
  expect(of(10)).toBeLessThan(0.65);
});

it("least counts are where the smallest p-value first is below the level", () => {
  expect(leastCount(0.05, (n) => leastOfSigns(n, 0.1))).toBe(7);
  expect(leastCount(0.05, leastOfPermutations)).toBe(4);
  expect(leastCount(0.05, leastOfComparison)).toBe(5);
  expect(leastCount(0.05, (n) => leastOfBeaten(n, 0.9))).toBe(29);
  expect(leastCount(1 / 8, leastOfComparison)).toBe(4);
  expect(leastCount(0.05, (n) => leastOfBeaten(n, 0.999999))).toBe(Math.ceil(Math.log(0.05) / Math.log(0.999999)));
  expect(leastCount(0.9, leastOfComparison)).toBe(1);
});

it("orders of values that are equal are one", () => {
  expect(leastOfOrders([3, 1, 2])).toBeCloseTo(1 / 6, 12);
  expect(leastOfOrders([1, 2, 1, 2])).toBeCloseTo(1 / 6, 12);
  expect(leastOfOrders([5, 5, 5])).toBe(1);
});
