import { expect, it } from "vitest";
import { accuracyText } from "./accuracy-text.ts";

it("shares are what they are at the least, and 100 % means all", () => {
  const of = (above: number) => accuracyText({ promptCount: 3, above, first: 0, logitDiff: null });
  expect(of(200 / 3)).toContain("in 66.6 %");
  expect(of(100)).toContain("in 100 %");
  expect(of(99.98)).toContain("in 99.9 %");
});

it("one prompt is one", () => {
  expect(accuracyText({ promptCount: 1, above: null, first: 0, logitDiff: null })).toContain("on 1 prompt: first");
});
