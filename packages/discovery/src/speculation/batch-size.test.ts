import { describe, expect, test } from "vitest";
import { BatchSize } from "./batch-size.ts";

/** The sizes of batches whose guesses all hold. */
function sizesWhileRight(size: BatchSize, batchCount: number): number[] {
  return Array.from({ length: batchCount }, () => {
    const next = size.next();
    size.observe(next, false);
    return next;
  });
}

describe("the size of speculative batches", () => {
  test("grows to the largest while guesses hold, and falls when they do not", () => {
    const size = new BatchSize(8);
    expect(sizesWhileRight(size, 12).at(-1)).toBe(8);
    for (let i = 0; i < 6; i++) size.observe(1, true);
    expect(size.next()).toBe(1);
  });

  test("where circuits run together at once, it is a power of two, within the largest", () => {
    const sizes = sizesWhileRight(new BatchSize(48, "together"), 20);
    expect(sizes.every((size) => Number.isInteger(Math.log2(size)))).toBe(true);
    expect(sizes.at(-1)).toBe(32);
    expect(sizes[0]).toBeGreaterThan(1);
  });

  test.each(["each", "together"] as const)("one at a time stays one at a time (%s)", (cost) => {
    expect(new Set(sizesWhileRight(new BatchSize(1, cost), 10))).toEqual(new Set([1]));
  });
});
