import { expect, it } from "vitest";
import { discoveryDifference } from "./discovery-asked.ts";

it("weights differ where fingerprints of one way do, and nobody can say it of those that an earlier version made otherwise", () => {
  const difference = (before: string | null, now: string | null) =>
    discoveryDifference({ weights: before }, { weights: now });
  const said = "another model (its weights or configuration)";
  expect(difference("v2:1", "v2:1")).toBeUndefined();
  expect(difference("v2:1", "v2:2")).toBe(said);
  expect(difference("1", "2")).toBe(said);
  expect(difference("1", "v2:1")).toBeUndefined();
  expect(difference(null, "v2:1")).toBe(said);
});
