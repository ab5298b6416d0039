import { describe, expect, it } from "vitest";
import { slicePositions, sliceSkips } from "./output-slice.ts";

const whole = { seqLen: 4, prefix: 0, padded: false };
const tail = { seqLen: 4, prefix: 3, padded: false };
const padded = { seqLen: 4, prefix: 0, padded: true };

describe("slicePositions", () => {
  it("of whole prompts", () => {
    expect(slicePositions("last_seq", whole)).toEqual({ positions: [3], single: true });
    expect(slicePositions("not_first_seq", whole)).toEqual({ positions: [1, 2, 3], single: false });
    expect(slicePositions("none", whole)).toEqual({ positions: [0, 1, 2, 3], single: false });
    expect(slicePositions({ position: 0 }, whole)).toEqual({ positions: [0], single: true });
    expect(slicePositions({ position: -2 }, whole)).toEqual({ positions: [2], single: true });
  });

  it("of prompts whose prefix is cached: positions count from the start of the whole prompt", () => {
    expect(slicePositions("not_first_seq", tail).positions).toEqual([0, 1, 2, 3]);
    expect(slicePositions({ position: 3 }, tail).positions).toEqual([0]);
    expect(slicePositions({ position: -1 }, tail).positions).toEqual([3]);
    expect(() => slicePositions({ position: 2 }, tail)).toThrow(/position 2 is outside the positions 3 to 6/);
  });

  it("does not count padding", () => {
    expect(slicePositions("last_seq", padded).positions).toEqual([3]);
    expect(slicePositions({ position: -1 }, padded).positions).toEqual([3]);
    expect(() => slicePositions("not_first_seq", padded)).toThrow(/"not_first_seq" would count padded positions/);
    expect(() => slicePositions("none", padded)).toThrow(/padded/);
    expect(() => slicePositions({ position: 1 }, padded)).toThrow(/position 1 would count padded/);
  });

  it("refuses positions that are not there", () => {
    expect(() => slicePositions({ position: 4 }, whole)).toThrow(/outside the positions 0 to 3/);
    expect(() => slicePositions({ position: -5 }, whole)).toThrow(/outside/);
    expect(() => slicePositions({ position: 0.5 }, whole)).toThrow(/outside/);
  });
});

it("knows which slices leave a prefix out", () => {
  expect(sliceSkips("last_seq", 3)).toBe(true);
  expect(sliceSkips("none", 1)).toBe(false);
  expect(sliceSkips("not_first_seq", 1)).toBe(true);
  expect(sliceSkips("not_first_seq", 2)).toBe(false);
  expect(sliceSkips({ position: 2 }, 2)).toBe(true);
  expect(sliceSkips({ position: 1 }, 2)).toBe(false);
  expect(sliceSkips({ position: -1 }, 9)).toBe(true);
});
