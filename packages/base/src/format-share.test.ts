import { expect, it } from "vitest";
import { formatShare } from "./format-share.ts";

it.each([
  [0.8669, "86.6 %"],
  [0.99999, "99.9 %"],
  [7 / 125, "5.6 %"],
  [2 / 3, "66.6 %"],
  [1, "100 %"],
  [1 - 6e-8, "100 %"],
  [-6e-8, "0 %"],
  [-0.0001, "-0.1 %"],
  [1.04, "104 %"],
])("writes %s as %s", (share, text) => expect(formatShare(share)).toBe(text));
