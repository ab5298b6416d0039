import { expect, it } from "vitest";
import { listOf, oneOf, positiveNumber, wholeNumber } from "./parse-options.ts";

it("reads whole numbers", () => {
  expect(wholeNumber()("12")).toBe(12);
  for (const text of ["-1", "1.5", "x", ""]) expect(() => wholeNumber()(text)).toThrow(/whole number/);
  expect(() => wholeNumber(1)("0")).toThrow(/at least 1/);
});

it("reads numbers above zero, and lists", () => {
  expect(positiveNumber("1e-3")).toBe(0.001);
  for (const text of ["0", "-1", "", "many", "Infinity"]) expect(() => positiveNumber(text)).toThrow(/above zero/);
  expect(listOf(wholeNumber())("1, 2,30")).toEqual([1, 2, 30]);
});

it("suggests names", () => {
  expect(oneOf(["resample", "zero"])("zero")).toBe("zero");
  expect(() => oneOf(["resample", "zero"])("resmple")).toThrow(/Did you mean resample/);
});
