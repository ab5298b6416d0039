import { describe, expect, it } from "vitest";
import { shownValue } from "./shown-value.ts";

describe("shownValue", () => {
  it.each([
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    ['a "b"', '"a \\"b\\""'],
    [0.5, "0.5"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [2 ** 53 - 1, "9007199254740991"],
    [2 ** 62, "about 4.61e+18"],
    [[1, "a"], '[1,"a"]'],
    [Uint8Array.of(1, 2), "[1,2]"],
    [{ a: 1 }, '{"a":1}'],
    [new Float32Array(49_152), "a list of 49,152 numbers"],
    [new Array(17).fill("x"), "a list of 17 texts"],
    [[["y".repeat(200)]], "a list of 1 entries"],
    [{ a: "y".repeat(200), b: 1 }, "an object of 2 entries"],
  ])("of %j is %s", (value, text) => {
    expect(shownValue(value)).toBe(text);
  });

  it("of a long text is its beginning and its length", () => {
    expect(shownValue("y".repeat(65_535))).toBe(`"${"y".repeat(99)}…" (65,535 characters)`);
  });
});
