import { expect, it } from "vitest";
import { faithfulText } from "./faithful-text.ts";

it("says what the edges keep on the prompts by which their number was chosen, and on others", () => {
  const found = {
    asked: 0.9,
    size: 4321,
    keptShare: 0.9222,
    promptCount: 24,
    heldOut: { keptShare: 0.8731, promptCount: 64 },
  };
  expect(faithfulText(found)).toBe(
    "The 4,321 best edges keep 92.2 % of the logit difference on 24 of the prompts to discover with, and 87.3 % on 64 of the prompts to measure on. " +
      "90 % were asked for; the size is found on the former, to within a factor of 1.1.",
  );
  expect(faithfulText({ ...found, heldOut: null })).toContain("there are no others to hold that against");
  expect(faithfulText({ ...found, heldOut: { keptShare: null, promptCount: 9 } })).toMatch(/on 9 of .* is not above 0/);
  expect(faithfulText({ ...found, keptShare: null })).toMatch(/does not do the task/);
});
