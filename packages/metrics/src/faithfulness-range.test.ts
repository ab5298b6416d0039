import { expect, it } from "vitest";
import { nothingToLose } from "./faithfulness-range.ts";

it("has a score to lose where the model scores higher than with everything ablated, and none where both are alike", () => {
  expect(nothingToLose({ full: 2, empty: 1 })).toBeNull();
  expect(nothingToLose({ full: -1, empty: -2 })).toBeNull();
  expect(nothingToLose({ full: 1, empty: 2 })).toBe("not-done");
  for (const [full, empty] of [
    [1, 1],
    [0, 0],
    [1, 1 + 1e-6],
    [1 + 1e-6, 1],
    [Number.NaN, 1],
  ] as const)
    expect(nothingToLose({ full, empty })).toBe("nothing-ablated");
});
