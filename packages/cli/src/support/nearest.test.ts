import { expect, it } from "vitest";
import { nearest, suggest } from "./nearest.ts";

const NAMES = ["tracr-reverse", "tracr-xproportion", "tracr-hist", "tracr-sort"];

it("finds what was probably meant", () => {
  expect(nearest("tracr-revese", NAMES)[0]).toBe("tracr-reverse");
  expect(nearest("HIST", NAMES)).toEqual(["tracr-hist"]);
  expect(nearest("reverse", NAMES)[0]).toBe("tracr-reverse");
});

it("lists everything when nothing is near", () => {
  expect(nearest("qqqqqqqqqqqqqqqqqqqqq", NAMES)).toEqual([]);
  expect(suggest("qqqqqqqqqqqqqqqqqqqqq", NAMES)).toBe(`There is: ${NAMES.join(", ")}.`);
  expect(suggest("tracr-srot", NAMES)).toContain("Did you mean tracr-sort");
});
