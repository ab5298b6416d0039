import { describe, expect, it } from "vitest";
import { editDistance, nearNames } from "./near-names.ts";

describe("nearNames", () => {
  it("lists the nearest first", () => {
    expect(nearNames("embed.WE", ["unembed.W_U", "embed.W_E", "pos_embed.W_pos"])).toEqual(["embed.W_E"]);
    expect(nearNames("blocks.0.ln1.W", ["blocks.0.ln2.w", "blocks.0.ln1.w"])[0]).toBe("blocks.0.ln1.w");
  });
  it("lists nothing that is far off", () => expect(nearNames("xyz", ["embed.W_E"])).toEqual([]));
});

describe("editDistance", () => {
  it.each([
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["same", "same", 0],
    ["ab", "ba", 2],
  ])("%s, %s: %d", (a, b, distance) => expect(editDistance(a, b, 9)).toBe(distance));
  it("stops at the limit", () => expect(editDistance("aaaa", "bbbb", 2)).toBe(3));
});
