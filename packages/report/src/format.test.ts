import { describe, expect, it } from "vitest";
import { formatNumber, formatSeconds, formatValue } from "./format.ts";

describe("formatting", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [0.04800486, "0.048"],
    [-1.17829, "−1.178"],
    [32491, "32,491"],
    [1.5e-7, "1.5e−7"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
    [Number.NaN, "NaN"],
    [null, "–"],
  ])("writes the number %s as %s", (x, text) => expect(formatNumber(x)).toBe(text));

  it.each([
    [0.008, "8 ms"],
    [0.9999, "1 s"],
    [12.345, "12.3 s"],
    [59.96, "60 s"],
    [200, "3 min 20 s"],
    [7500, "2 h 5 min"],
  ])("writes %s seconds as %s", (x, text) => expect(formatSeconds(x)).toBe(text));

  it("writes options of any kind", () => {
    expect(formatValue([1e-3, 0.01])).toBe("0.001, 0.01");
    expect(formatValue({ a: true, b: null })).toBe("a: yes; b: –");
    expect(formatValue(new Float32Array([1, 2]))).toBe("1, 2");
    expect(formatValue("text")).toBe("text");
  });
});
