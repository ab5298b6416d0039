import { expect, it } from "vitest";
import { commonPrefixLength, firstDifference } from "./first-difference.ts";

const pair = (clean: number[], corrupt: number[]) => ({ clean, corrupt, answers: [0], wrongAnswers: [1] });

it("it is the first difference within a pair, the minimum over pairs", () => {
  expect(firstDifference([pair([1, 2, 3], [1, 2, 4]), pair([9, 8, 7], [9, 5, 7])])).toBe(1);
  expect(firstDifference([pair([1, 2, 3], [1, 2, 3]), pair([9, 8, 7], [9, 8, 5])])).toBe(2);
  expect(firstDifference([pair([1, 2, 3], [1, 2, 3])])).toBe(3);
  expect(firstDifference([pair([1, 2], [1, 2, 3])])).toBe(2);
  expect(firstDifference([])).toBe(0);
});

it("the common prefix is what every prompt starts with", () => {
  expect(commonPrefixLength([pair([1, 2, 3], [1, 2, 4]), pair([1, 2, 7], [1, 2, 7])])).toBe(2);
  expect(commonPrefixLength([pair([1, 2, 3], [1, 2, 4]), pair([9, 2, 7], [9, 2, 5])])).toBe(0);
  expect(commonPrefixLength([pair([1, 2], [1, 2])])).toBe(2);
  expect(commonPrefixLength([])).toBe(0);
});
