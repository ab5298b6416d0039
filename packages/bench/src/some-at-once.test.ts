import { describe, expect, it } from "vitest";
import { someAtOnce } from "./some-at-once.ts";

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

describe("someAtOnce", () => {
  it("does everything, no more at a time than it may", async () => {
    for (const most of [1, 3, 20]) {
      const done: number[] = [];
      let running = 0;
      let peak = 0;
      await someAtOnce([1, 2, 3, 4, 5, 6, 7], most, async (item) => {
        peak = Math.max(peak, ++running);
        await soon();
        running--;
        done.push(item);
      });
      expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(peak).toBe(Math.min(most, 7));
    }
  });

  it("ends with the first error and begins nothing after it", async () => {
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      await soon();
      if (item === 2) throw new Error("two");
    };
    await expect(someAtOnce([1, 2, 3, 4, 5], 2, work)).rejects.toThrow("two");
    expect(begun.length).toBeLessThan(5);
  });
});
