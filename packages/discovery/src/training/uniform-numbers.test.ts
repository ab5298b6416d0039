import { MersenneTwister } from "@autocircuit/base";
import { expect, it } from "vitest";
import { uniformNumbers } from "./uniform-numbers.ts";

it("draws the same numbers however many at a time, none farther from 0 than it may be", async () => {
  const drawn = async (most?: number) => {
    const numbers = { rows: 7, width: 5, bound: 0.25, dtype: "float64" } as const;
    using tensor = uniformNumbers(new MersenneTwister(3), numbers, most);
    expect(tensor.shape).toEqual([7, 5]);
    return Array.from(await tensor.data(), Number);
  };
  const whole = await drawn();
  expect(Math.max(...whole.map(Math.abs))).toBeLessThanOrEqual(0.25);
  expect(new Set(whole).size).toBe(35);
  for (const most of [1, 12, 34]) expect(await drawn(most)).toEqual(whole);
});
