import { describe, expect, it } from "vitest";
import { MersenneTwister } from "./mersenne-twister.ts";

const twelve = Array.from({ length: 12 }, (_, index) => index);

describe("MersenneTwister", () => {
  it.each([
    [0, [1, 9, 8, 5, 10, 2, 3, 7, 4, 0, 11, 6]],
    [42, [7, 5, 2, 8, 9, 6, 11, 3, 4, 0, 1, 10]],
    [2 ** 40 + 5, [3, 5, 2, 9, 6, 7, 1, 10, 0, 4, 11, 8]],
  ])("shuffles as Python does with seed %i", (seed, expected) => {
    expect(new MersenneTwister(seed).shuffle(twelve)).toEqual(expected);
  });

  it("gives Python's 32-bit words", () => {
    const generator = new MersenneTwister(1);
    const words = Array.from({ length: 1000 }, () => generator.next());
    expect([...words.slice(0, 2), words[999]]).toEqual([577090037, 2444712010, 1877627338]);
  });

  it("stays below any limit", () => {
    const generator = new MersenneTwister(3);
    const drawn = new Set(Array.from({ length: 200 }, () => generator.below(5)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(generator.below(1)).toBe(0);
  });

  it("leaves its input alone and refuses seeds that are no whole numbers", () => {
    const items = [1, 2, 3];
    new MersenneTwister(0).shuffle(items);
    expect(items).toEqual([1, 2, 3]);
    expect(() => new MersenneTwister(-1)).toThrow(/Seed -1/);
    expect(() => new MersenneTwister(0.5)).toThrow(/Seed 0.5/);
  });
});
