import { AutocircuitError } from "@autocircuit/base";
import { afterEach, expect, it, vi } from "vitest";
import { halvedWhereMemoryEnds } from "./where-memory-ends.ts";

afterEach(() => void vi.restoreAllMocks());

/** Work that memory lasts for with at most `fitting` at once, and how it went. */
function narrow(fitting: number, first: number) {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  let most = first;
  const tried: number[] = [];
  const together = {
    count: () => most,
    lower: (count: number) => {
      most = count;
    },
    ...{ what: `things of ${fitting} and ${first}`, option: "say how many" },
  };
  const run = () =>
    halvedWhereMemoryEnds(together, async (some) => {
      tried.push(some);
      if (some > fitting) throw new AutocircuitError("out-of-memory", "The memory ended.");
      return some;
    });
  return { run, tried };
}

it("half as many are tried until memory lasts, and stay so many", async () => {
  const { run, tried } = narrow(3, 13);
  expect([await run(), await run(), tried]).toEqual([3, 3, [13, 6, 3, 3]]);
});

it("not even one is an error, and so is anything else", async () => {
  const { run, tried } = narrow(0, 5);
  await expect(run()).rejects.toMatchObject({ code: "out-of-memory" });
  expect(tried).toEqual([5, 2, 1]);
  const other = { count: () => 8, lower: () => {}, what: "x", option: "y" };
  await expect(halvedWhereMemoryEnds(other, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
