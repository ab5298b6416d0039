import { describe, expect, it } from "vitest";
import { editDistance, nearNames, suggest } from "./near-names.ts";

const TASKS = ["tracr-reverse", "tracr-xproportion", "tracr-hist", "tracr-sort"];

describe("nearNames", () => {
  it("lists the nearest first, without repeats", () => {
    expect(nearNames("embed.WE", ["unembed.W_U", "embed.W_E", "pos_embed.W_pos"])[0]).toBe("embed.W_E");
    expect(nearNames("blocks.0.ln1.W", ["blocks.0.ln2.w", "blocks.0.ln1.w"])[0]).toBe("blocks.0.ln1.w");
    expect(nearNames("MLP1", ["A0.0", "MLP 1", "MLP 12", "MLP 1"], 2)).toEqual(["MLP 1", "MLP 12"]);
    expect(nearNames("tracr-revese", TASKS)[0]).toBe("tracr-reverse");
  });
  it("knows a part of a name", () => {
    expect(nearNames("HIST", TASKS)).toEqual(["tracr-hist"]);
    expect(nearNames("reverse", TASKS)[0]).toBe("tracr-reverse");
  });
  it("lists nothing that is far off", () => {
    expect(nearNames("xyz", ["embed.W_E"])).toEqual([]);
    expect(nearNames("qqqqqqqqqqqqqqqqqqqqq", TASKS)).toEqual([]);
    expect(nearNames("x", [])).toEqual([]);
  });
});

describe("suggest", () => {
  it("asks for what was probably meant", () =>
    expect(suggest("tracr-srot", TASKS)).toContain("Did you mean tracr-sort"));
  it("lists everything when nothing is near", () =>
    expect(suggest("qqqqqqqqqqqqqqqqqqqqq", TASKS)).toBe(`There is: ${TASKS.join(", ")}.`));
  it("says so where there is nothing", () => expect(suggest("loss", [])).toBe("There is none."));
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
