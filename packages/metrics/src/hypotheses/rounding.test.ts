import { expect, it } from "vitest";
import { constant, leveled, withoutRounding } from "./rounding.ts";

it("scores that differ by rounding are level, others stay", () => {
  const scores = Float64Array.of(2, 5, 2 + 1e-6, 2 - 1e-6, 5.1);
  expect([...leveled(scores)]).toEqual([2 - 1e-6, 5, 2 - 1e-6, 2 - 1e-6, 5.1]);
  expect(constant(scores)).toBe(false);
  expect(constant(scores.filter((score) => score < 3))).toBe(true);
  expect([...withoutRounding(Float64Array.of(1, 2), Float64Array.of(1.01, 3), 0.1)]).toEqual([1.01, 2]);
});
