import { expect, it } from "vitest";
import { median, spread } from "./statistics.ts";

it("takes the middle, in any order", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([10, 9])).toBe(9.5);
  expect(() => median([])).toThrow(RangeError);
});

it("measures the spread relative to the median", () => {
  expect(spread([1, 2, 3])).toBe(1);
  expect(spread([2, 2])).toBe(0);
});
