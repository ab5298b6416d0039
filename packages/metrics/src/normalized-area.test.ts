import { expect, it } from "vitest";
import { normalizedArea } from "./normalized-area.ts";

const areas = [
  { area: 3, random: 2 },
  { area: 1, random: 2 },
];

it("is the mean share of random scores' areas, a part a task", () => {
  expect(normalizedArea(areas)).toEqual([0.75, 0.25]);
  expect(normalizedArea([{ area: 4, random: 4 }])).toEqual([1]);
});

it("is turned over where lower is better", () => {
  expect(normalizedArea(areas, { lowerIsBetter: true })).toEqual([0.25, 0.75]);
  expect(normalizedArea([{ area: 1, random: 4 }], { lowerIsBetter: true })).toEqual([1.75]);
});

it.each([
  [[], /`areas` is empty/],
  [[{ area: 1, random: 0 }], /no area on task 0/],
  [[{ area: 1 }], /\{ area, random \}/],
])("%j is an error", (wrong, message) => {
  expect(() => normalizedArea(wrong as never)).toThrow(message);
});
