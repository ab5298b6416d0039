import { MersenneTwister } from "@autocircuit/base";
import { expect, it } from "vitest";
import { keepsScore } from "./score-kept.ts";

const full = [3.2, 4.1, 3.9, 4.4, 3.5, 3.7, 4.0, 4.1];
const noise = [0.1, -0.05, 0.02, -0.08, 0.06, 0, -0.03, 0.04];

/** Of a model that scores 0 with every edge ablated. */
const keeps = (alone: (score: number, i: number) => number, ablated: (score: number) => number = () => 0) =>
  keepsScore(
    { full: Float64Array.from(full), alone: Float64Array.from(full, alone), ablated: Float64Array.from(full, ablated) },
    0.05,
  );

it("few prompts show that a circuit keeps the score where all of them are near", () => {
  expect(keeps((score, i) => score + noise[i]!)).toBe(true);
  expect(keeps((score) => 0.95 * score)).toBe(true);
  expect(keeps((score) => score)).toBe(true);
});

it("they do not where it keeps less, or more, or they differ too much to tell", () => {
  expect(keeps((score) => 0.85 * score)).toBe(false);
  expect(keeps((score) => 1.15 * score)).toBe(false);
  expect(keeps(() => -0.79)).toBe(false);
  expect(keeps((score, i) => score + 30 * noise[i]!)).toBe(false);
});

it("a circuit cannot keep what ablation does not take", () => {
  expect(
    keeps(
      (score, i) => score + noise[i]!,
      (score) => score,
    ),
  ).toBe(false);
  expect(
    keeps(
      (score) => score,
      (score) => score + 1,
    ),
  ).toBe(false);
});

it("is wrong as often as the level says, of a circuit that just does not keep it", () => {
  const draw = new MersenneTwister(3);
  const uniform = () => (draw.next() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const trials = 4000;
  let wrong = 0;
  for (let trial = 0; trial < trials; trial++) {
    const full = Float64Array.from({ length: 8 }, () => 4 + 0.3 * normal());
    const alone = full.map((score) => 0.9 * score + 0.1 * normal());
    wrong += Number(keepsScore({ full, alone, ablated: new Float64Array(8) }, 0.05));
  }
  // Four standard errors of a share of 0.05 are 0.014.
  expect(Math.abs(wrong / trials - 0.05)).toBeLessThan(0.014);
});
