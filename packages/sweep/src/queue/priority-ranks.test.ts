import { expect, it } from "vitest";
import { priorityRanks } from "./priority-ranks.ts";

const ranks = (...priorities: number[]) => [...priorityRanks(priorities.map((priority) => ({ priority })))];

it("gives the places of priorities, however far they are apart", () => {
  expect(ranks(0, 5_000_000, -3, 0)).toEqual([
    [5_000_000, 1],
    [0, 2],
    [-3, 3],
  ]);
  expect(ranks(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER).map(([, rank]) => rank)).toEqual([1, 2]);
  expect(ranks(7, 7)).toEqual([]);
});
