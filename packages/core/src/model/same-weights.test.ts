import { expect, it } from "vitest";
import { sameWeights } from "./same-weights.ts";

it("compares fingerprints that were made in one way, and knows nothing of others", () => {
  expect(sameWeights("v2:1", "v2:1")).toBe(true);
  expect(sameWeights("v2:1", "v2:2")).toBe(false);
  expect(sameWeights("1", "2")).toBe(false);
  for (const other of [null, "1", "v3:1"]) {
    expect(sameWeights("v2:1", other)).toBeUndefined();
    expect(sameWeights(other, "v2:1")).toBeUndefined();
  }
});
