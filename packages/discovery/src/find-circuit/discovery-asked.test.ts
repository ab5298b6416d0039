import { expect, it } from "vitest";
import { discoveryDifference } from "./discovery-asked.ts";

it("weights differ where their fingerprints do, and where an earlier version made these in a way that cannot be compared", () => {
  const difference = (before: string | null, now: string | null) =>
    discoveryDifference({ weights: before }, { weights: now });
  const said = "another model (its weights or configuration)";
  expect(difference("v2:1", "v2:1")).toBeUndefined();
  expect(difference("v2:1", "v2:2")).toBe(said);
  expect(difference("1", "2")).toBe(said);
  expect(difference("1", "v2:1")).toBe(
    `${said}, or the same: an earlier version told models in a way that cannot be compared with this one's`,
  );
  expect(difference(null, "v2:1")).toBe(said);
});
