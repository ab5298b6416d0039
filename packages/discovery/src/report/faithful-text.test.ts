import { expect, it } from "vitest";
import { faithfulText } from "./faithful-text.ts";

it("says on which prompts the number of edges was chosen, and where that cannot be held against others", () => {
  const found = {
    asked: 0.9,
    size: 4321,
    keptShare: 0.9222,
    promptCount: 24,
    heldOut: { keptShare: 0.8731, promptCount: 64 },
  };
  expect(faithfulText(found)).toBe(
    "The size is found on 24 of the prompts to discover with, to within a factor of 1.1, where 90 % of the logit difference were asked for.",
  );
  expect(faithfulText({ ...found, heldOut: null })).toContain("there are no other prompts to hold that against");
  expect(faithfulText({ ...found, heldOut: { keptShare: null, promptCount: 9 } })).toMatch(/on 9 of .* is not above 0/);
  expect(faithfulText({ ...found, keptShare: null })).toMatch(/does not do the task/);
});
