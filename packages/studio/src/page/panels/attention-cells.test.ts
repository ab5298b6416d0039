import { describe, expect, it } from "vitest";
import { labelledEvery, lookedAtMost, movedCell } from "./attention-cells.ts";

describe("the cells of a pattern of attention", () => {
  it("are gone over by keys, which end at the rim", () => {
    const keys = ["ArrowUp", "ArrowLeft", "End", "ArrowRight", "ArrowDown", "Home"];
    let cell: readonly [number, number] = [1, 1];
    const way = keys.map((key) => {
      cell = movedCell(cell, key, 4)!;
      return cell;
    });
    expect(way).toEqual([
      [0, 1],
      [0, 0],
      [0, 3],
      [0, 3],
      [1, 3],
      [1, 0],
    ]);
    expect(movedCell(cell, "a", 4)).toBeNull();
  });

  it("begin at what the last token looks at most", () => {
    expect(lookedAtMost([[1], [0.2, 0.8]])).toEqual([1, 1]);
    expect(lookedAtMost([])).toEqual([0, 0]);
  });

  it("are named each where there is room, else every so manieth", () => {
    expect([220 / 6, 220 / 20, 220 / 21, 220 / 100].map(labelledEvery)).toEqual([1, 1, 2, 5]);
  });
});
